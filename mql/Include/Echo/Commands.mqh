//+------------------------------------------------------------------+
//| Commands.mqh - a command as it stands on the pipe                |
//+------------------------------------------------------------------+
#ifndef ECHO_COMMANDS_MQH
#define ECHO_COMMANDS_MQH
#include "Ids.mqh"
#include "Values.mqh"

string KindOf(string type)
  {
   if(type == "execute_order")
      return("execute");
   if(type == "close_order")
      return("close");
   if(type == "modify_order")
      return("modify");
   if(type == "reduce_order")
      return("reduce");
   if(type == "cancel_pendings")
      return("cancel");
   return(type == "flatten" ? "flatten" : "");
  }

string StampBody(CJsonReader &reader, int payload)
  {
   string raw = reader.Raw(payload, "timestamps");
   return(StringLen(raw) > 2 ? StringSubstr(raw, 1, StringLen(raw) - 2) : "");
  }

string ListBody(CJsonReader &reader, int payload, string key)
  {
   string list = "";
   for(int each = reader.First(reader.Member(payload, key)); each >= 0; each = reader.Next(each))
      list += (list == "" ? "" : ",") + LongText(reader.IntegerOf(each));
   return(list);
  }

void ReadOpen(CJsonReader &reader, int payload, SCommand &command)
  {
   command.lot = reader.Real(payload, "lot_size", 0.0);
   command.comment = reader.Text(payload, "comment");
   int protect = reader.Member(payload, "protect");
   command.protect = reader.Is(protect, JSON_OBJECT);
   command.protect_stop_loss = reader.Real(protect, "stop_loss", 0.0);
   command.protect_take_profit = reader.Real(protect, "take_profit", 0.0);
   command.has_ttl = reader.Has(payload, "ttl_ms");
   command.ttl_ms = reader.Integer(payload, "ttl_ms", 0);
   command.has_age = reader.Has(payload, "age_ms");
   command.age_ms = reader.Integer(payload, "age_ms", 0);
   command.has_sent = reader.Has(payload, "sent_mono_ms");
   command.sent_mono_ms = reader.Integer(payload, "sent_mono_ms", 0);
   command.has_slippage = reader.Has(payload, "max_slippage_points");
   command.slippage_points = reader.Real(payload, "max_slippage_points", 0.0);
   command.has_spread = reader.Has(payload, "max_spread_points");
   command.spread_points = reader.Real(payload, "max_spread_points", 0.0);
  }

// Reads a command; empty = it is whole, otherwise what is wrong with it.
string ReadCommand(CJsonReader &reader, string type, int payload, SCommand &command)
  {
   ClearCommand(command);
   command.kind = KindOf(type);
   command.command_id = LowerText(reader.Text(payload, "command_id"));
   command.trade_id = LowerText(reader.Text(payload, "trade_id"));
   command.account = reader.Text(payload, "target_account_id");
   command.symbol = reader.Text(payload, "symbol");
   command.magic = reader.Integer(payload, "magic_number", 0);
   command.has_magic = reader.Has(payload, "magic_number");
   command.ticket = reader.Integer(payload, "ticket", 0);
   command.epoch = reader.Integer(payload, "session_epoch", 0);
   command.seq = reader.Integer(payload, "seq", command.kind == "close" ? ECHO_SEQ_CLOSE : 0);
   command.has_stop_loss = reader.Has(payload, "stop_loss");
   command.stop_loss = reader.Real(payload, "stop_loss", 0.0);
   command.has_take_profit = reader.Has(payload, "take_profit");
   command.take_profit = reader.Real(payload, "take_profit", 0.0);
   command.stamps = StampBody(reader, payload);
   command.traceparent = reader.Text(payload, "traceparent");
   if(command.command_id == "" || StringLen(command.command_id) > 64)
      return("command_id is missing");
   if(command.kind == "cancel")
      return("");
   if(command.kind == "flatten")
     {
      command.tickets = ListBody(reader, payload, "tickets");
      return(reader.Is(reader.Member(payload, "tickets"), JSON_ARRAY) ? "" : "tickets are missing");
     }
   if(!IsUuid(command.trade_id))
      return("trade_id is no UUID");
   if(command.kind == "execute")
     {
      string side = reader.Text(payload, "order_side");
      if(side != "BUY" && side != "SELL")
         return("order_side is neither BUY nor SELL");
      command.side = side == "BUY" ? 1 : -1;
      ReadOpen(reader, payload, command);
      return(command.lot > 0.0 && command.symbol != "" ? "" : "lot_size or symbol is missing");
     }
   if(command.kind == "reduce")
     {
      command.remaining_lot = reader.Real(payload, "remaining_lot", -1.0);
      command.residual_close = reader.Text(payload, "residual") == "close";
      command.again = reader.Flag(payload, "again");
      return(command.remaining_lot < 0.0 ? "remaining_lot is missing" : "");
     }
   return("");
  }
#endif
