//+------------------------------------------------------------------+
//| Values.mqh - what the parts of an EA hand to each other          |
//+------------------------------------------------------------------+
#ifndef ECHO_VALUES_MQH
#define ECHO_VALUES_MQH
#include "Json.mqh"

#define ECHO_VERSION "0.1.0"

enum ENUM_ECHO_ROLE
  {
   ROLE_MASTER = 0,
   ROLE_SLAVE  = 1
  };

// What a broker's number means for an order.
enum ENUM_READING
  {
   READING_DONE    = 0,
   READING_NO      = 1,
   READING_PASSING = 2,
   READING_DOUBT   = 3
  };

struct SPosition
  {
   long              ticket;
   long              root;
   string            symbol;
   int               side;
   double            lot;
   double            price;
   double            stop_loss;
   double            take_profit;
   double            profit;
   long              magic;
   string            comment;
   long              open_ms;
  };

struct SDeal
  {
   long              ticket;
   long              position_id;
   string            symbol;
   int               side;
   double            lot;
   double            open_price;
   double            close_price;
   long              open_ms;
   long              close_ms;
   double            profit;
   double            swap;
   double            commission;
   long              magic;
   string            comment;
   string            reason;
  };

struct SSymbol
  {
   string            name;
   string            canonical;
   int               digits;
   double            point;
   double            tick_size;
   double            tick_value;
   double            contract_size;
   double            min_lot;
   double            max_lot;
   double            lot_step;
   int               stop_level;
   string            permission;
   string            swap_type;
   double            swap_long;
   double            swap_short;
   string            triple_swap_day;
   string            sessions;
   double            bid;
   double            ask;
   bool              listed;
  };

// Any command; what its kind does not have stays empty.
struct SCommand
  {
   string            kind;
   string            command_id;
   string            trade_id;
   string            account;
   string            symbol;
   int               side;
   double            lot;
   long              magic;
   long              ticket;
   long              seq;
   long              epoch;
   string            comment;
   bool              has_stop_loss;
   double            stop_loss;
   bool              has_take_profit;
   double            take_profit;
   bool              protect;
   double            protect_stop_loss;
   double            protect_take_profit;
   bool              has_ttl;
   long              ttl_ms;
   bool              has_age;
   long              age_ms;
   bool              has_sent;
   long              sent_mono_ms;
   bool              has_slippage;
   double            slippage_points;
   bool              has_spread;
   double            spread_points;
   double            remaining_lot;
   bool              residual_close;
   bool              again;
   bool              has_magic;
   string            tickets;
   string            stamps;
   string            traceparent;
  };

struct SResult
  {
   string            kind;
   string            command_id;
   string            trade_id;
   bool              success;
   string            code;
   string            message;
   long              ticket;
   double            price;
   bool              has_lot;
   double            lot;
   bool              measured;
   double            spread_points;
   double            slippage_points;
   long              new_ticket;
   bool              doubt;
   bool              late;
   string            candidates;
   long              received_ms;
   long              sent_ms;
   long              filled_ms;
   string            stamps;
   string            traceparent;
  };

// What is asked of the broker, and what it says.
struct SOrder
  {
   string            symbol;
   int               side;
   double            lot;
   double            price;
   int               deviation_points;
   double            stop_loss;
   double            take_profit;
   long              magic;
   string            comment;
   long              ticket;
  };

struct SReply
  {
   ENUM_READING      reading;
   int               code;
   long              ticket;
   double            lot;
   double            price;
   long              new_ticket;
  };

void ClearCommand(SCommand &command)
  {
   command.kind = "";
   command.command_id = "";
   command.trade_id = "";
   command.account = "";
   command.symbol = "";
   command.side = 0;
   command.lot = 0.0;
   command.magic = 0;
   command.ticket = 0;
   command.seq = 0;
   command.epoch = 0;
   command.comment = "";
   command.has_stop_loss = false;
   command.stop_loss = 0.0;
   command.has_take_profit = false;
   command.take_profit = 0.0;
   command.protect = false;
   command.protect_stop_loss = 0.0;
   command.protect_take_profit = 0.0;
   command.has_ttl = false;
   command.ttl_ms = 0;
   command.has_age = false;
   command.age_ms = 0;
   command.has_sent = false;
   command.sent_mono_ms = 0;
   command.has_slippage = false;
   command.slippage_points = 0.0;
   command.has_spread = false;
   command.spread_points = 0.0;
   command.remaining_lot = 0.0;
   command.residual_close = false;
   command.again = false;
   command.has_magic = false;
   command.tickets = "";
   command.stamps = "";
   command.traceparent = "";
  }

void ClearOrder(SOrder &order)
  {
   order.symbol = "";
   order.side = 0;
   order.lot = 0.0;
   order.price = 0.0;
   order.deviation_points = 0;
   order.stop_loss = 0.0;
   order.take_profit = 0.0;
   order.magic = 0;
   order.comment = "";
   order.ticket = 0;
  }

void ClearReply(SReply &reply)
  {
   reply.reading = READING_DOUBT;
   reply.code = 0;
   reply.ticket = 0;
   reply.lot = 0.0;
   reply.price = 0.0;
   reply.new_ticket = 0;
  }

// The answer to *command*, with what every answer says.
void AnswerTo(SCommand &command, bool success, string code, string message, SResult &result)
  {
   result.kind = command.kind;
   result.command_id = command.command_id;
   result.trade_id = command.trade_id;
   result.success = success;
   result.code = code;
   result.message = message;
   result.ticket = 0;
   result.price = 0.0;
   result.has_lot = false;
   result.lot = 0.0;
   result.measured = false;
   result.spread_points = 0.0;
   result.slippage_points = 0.0;
   result.new_ticket = 0;
   result.doubt = false;
   result.late = false;
   result.candidates = "";
   result.received_ms = 0;
   result.sent_ms = 0;
   result.filled_ms = 0;
   result.stamps = command.stamps;
   result.traceparent = command.traceparent;
  }

string StampsOf(SResult &result)
  {
   CJsonObject own;
   if(result.received_ms > 0)
      own.Integer("t5_slave_ea_recv_ms", result.received_ms);
   if(result.sent_ms > 0)
      own.Integer("t6_order_send_ms", result.sent_ms);
   if(result.filled_ms > 0)
      own.Integer("t7_order_filled_ms", result.filled_ms);
   string added = own.Body();
   return(result.stamps + (result.stamps != "" && added != "" ? "," : "") + added);
  }

// A result as the pipe and the ledger hold it, but for what each of them adds.
string ResultPayload(SResult &result, string account)
  {
   CJsonObject body;
   body.Text("command_id", result.command_id);
   body.Text("trade_id", result.trade_id);
   body.Text("client_id", "slave_" + account);
   body.Text("account_id", account);
   body.Text("command_kind", result.kind);
   body.Flag("success", result.success);
   body.Integer("ticket", result.ticket);
   body.Text("error_code", "ERR_" + result.code);
   body.Text("error_message", result.message);
   if(result.price > 0.0)
      body.Number("executed_price", result.price);
   if(result.has_lot)
      body.Number("executed_lot", result.lot);
   if(result.measured)
     {
      body.Number("spread_points", result.spread_points);
      body.Number("slippage_points", result.slippage_points);
     }
   if(result.new_ticket > 0)
      body.Integer("new_ticket", result.new_ticket);
   if(result.doubt)
      body.Flag("doubt", true);
   if(result.late)
      body.Flag("late", true);
   if(result.candidates != "")
      body.Raw("candidates", "[" + result.candidates + "]");
   string stamps = StampsOf(result);
   if(stamps != "")
      body.Raw("timestamps", "{" + stamps + "}");
   if(result.traceparent != "")
      body.Text("traceparent", result.traceparent);
   return(body.Body());
  }

string ResultType(string kind)
  {
   if(kind == "close")
      return("close_result");
   if(kind == "modify")
      return("modify_result");
   return("execution_result");
  }
#endif
