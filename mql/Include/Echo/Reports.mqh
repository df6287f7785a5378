//+------------------------------------------------------------------+
//| Reports.mqh - what an EA tells about itself without being asked  |
//+------------------------------------------------------------------+
#ifndef ECHO_REPORTS_MQH
#define ECHO_REPORTS_MQH
#include "Desk.mqh"

#define PARTS_MAX 256
#define PART_ROOM 65000
#define CHANGE_MS_MIN 250
#define REPEAT_MS 500
#define DEALS_PER_SNAPSHOT 50

// A message whose lists may be too long for one line: then it is said in parts.
class CParted
  {
private:
   string            m_type;
   string            m_fixed;
   string            m_lists[];
   string            m_items[];
   int               m_of[];
   int               m_count;

   string            Pack(int first, int last) const;

public:
                     CParted(string type, string fixed);
   int               List(string name);
   void              Item(int list, string json);
   void              Say(CDesk &desk);
  };

CParted::CParted(string type, string fixed)
  {
   m_type = type;
   m_fixed = fixed;
   m_count = 0;
  }

int CParted::List(string name)
  {
   int list = ArraySize(m_lists);
   ArrayResize(m_lists, list + 1);
   m_lists[list] = name;
   return(list);
  }

void CParted::Item(int list, string json)
  {
   ArrayResize(m_items, m_count + 1, 256);
   ArrayResize(m_of, m_count + 1, 256);
   m_items[m_count] = json;
   m_of[m_count] = list;
   m_count++;
  }

string CParted::Pack(int first, int last) const
  {
   string body = m_fixed;
   int lists = ArraySize(m_lists);
   for(int list = 0; list < lists; list++)
     {
      string items = "";
      for(int i = first; i < last; i++)
         if(m_of[i] == list)
            items += (items == "" ? "" : ",") + m_items[i];
      body += ",\"" + m_lists[list] + "\":[" + items + "]";
     }
   return(body);
  }

void CParted::Say(CDesk &desk)
  {
   int ends[];
   int parts = 0;
   int room = PART_ROOM - Utf8Bytes(m_fixed);
   int used = 0;
   for(int i = 0; i < m_count; i++)
     {
      int bytes = Utf8Bytes(m_items[i]) + 1;
      if(used > 0 && used + bytes > room)
        {
         ArrayResize(ends, parts + 1);
         ends[parts] = i;
         parts++;
         used = 0;
        }
      used += bytes;
     }
   ArrayResize(ends, parts + 1);
   ends[parts] = m_count;
   parts++;
   if(parts > PARTS_MAX)
     {
      desk.Alarm("parts", "LINE_TOO_LONG", m_type + " needs " + LongText(parts) + " lines", "");
      return;
     }
   int first = 0;
   for(int part = 0; part < parts; part++)
     {
      string body = Pack(first, ends[part]);
      if(parts > 1)
         body += ",\"part\":" + LongText(part + 1) + ",\"parts\":" + LongText(parts);
      desk.SayPayload(m_type, body);
      first = ends[part];
     }
  }

string SymbolEntry(const SSymbol &symbol)
  {
   CJsonObject entry;
   entry.Text("canonical_symbol", symbol.canonical);
   entry.Text("broker_symbol", symbol.name);
   entry.Integer("digits", symbol.digits);
   entry.Number("point", symbol.point);
   entry.Number("tick_size", symbol.tick_size);
   entry.Number("min_lot", symbol.min_lot);
   entry.Number("max_lot", symbol.max_lot);
   entry.Number("lot_step", symbol.lot_step);
   entry.Integer("stop_level", symbol.stop_level);
   if(symbol.tick_value > 0.0)
      entry.Number("tick_value", symbol.tick_value);
   if(symbol.contract_size > 0.0)
      entry.Number("contract_size", symbol.contract_size);
   entry.Text("trade_permission", symbol.permission);
   return(entry.Done());
  }

// Introduces the EA; *ledger_n* is where its file ends, *resume* lists the commands that it knows.
void SayHandshake(CDesk &desk, long ledger_n, string resume)
  {
   string features = "[\"lossless/v1\",\"modify/v1\",\"partial_close/v1\",\"positions/v1\","
                     + "\"quotes/250ms\",\"spec_report/tickvalue\",\"spec_report/v1\",\"trace/v1\"]";
   string required = desk.settings.role == ROLE_SLAVE
                     ? "[\"spec_report/v1\",\"quotes/250ms\",\"spec_report/tickvalue\"]" : "[]";
   CJsonObject body;
   body.Text("client_id", RoleText(desk.settings.role) + "_" + desk.settings.account);
   body.Text("account_id", desk.settings.account);
   body.Text("broker", desk.view.broker);
   body.Text("role", RoleText(desk.settings.role));
   body.Integer("protocol_version", 3);
   body.Text("client_semver", ECHO_VERSION);
   body.Integer("terminal_build", desk.view.build);
   body.Raw("capabilities", "{\"features\":" + features + ",\"metrics\":[\"exposure_v1\"]}");
   body.Raw("required_features", required);
   body.Raw("optional_features", "[]");
   body.Text("account_mode", desk.view.mode);
   body.Text("currency", desk.view.currency);
   body.Text("server", desk.view.server);
   body.Text("terminal", desk.view.mt5 ? "mt5" : "mt4");
   body.Text("ea_config_hash", desk.settings.config_hash);
   body.Text("instance", desk.instance);
   if(desk.settings.mappings != "")
      body.Text("symbol_mappings", desk.settings.mappings);
   body.Integer("leverage", desk.view.leverage);
   body.Integer("ledger_n", ledger_n);
   if(desk.settings.role == ROLE_SLAVE)
      body.Text("ledger_id", desk.file.file_id);
   if(resume != "")
      body.Raw("resume", "[" + resume + "]");
   CParted message("handshake", body.Body());
   int list = message.List("symbols");
   int count = ArraySize(desk.view.symbols);
   for(int i = 0; i < count; i++)
      if(desk.view.symbols[i].listed)
         message.Item(list, SymbolEntry(desk.view.symbols[i]));
   message.Say(desk);
   desk.journal.Handshake(desk.settings, "info", "Handshake sent", "", LongText(count) + " symbols", "");
  }

string SpecEntry(CDesk &desk, const SSymbol &symbol)
  {
   CJsonObject general;
   general.Text("spread_type", "floating");
   general.Integer("fixed_spread_points", 0);
   general.Integer("digits", symbol.digits);
   general.Integer("stops_level", symbol.stop_level);
   general.Number("contract_size", symbol.contract_size);
   general.Text("margin_currency", desk.view.currency);
   general.Number("tick_value", symbol.tick_value);
   general.Text("profit_calculation_mode", "forex");
   general.Text("margin_calculation_mode", "forex");
   general.Integer("margin_hedge", 0);
   general.Integer("margin_percentage", 100);
   general.Text("trade_permission", symbol.permission);
   general.Text("execution_mode", "market");
   general.Text("gtc_mode", "gtc");
   CJsonObject volume;
   volume.Number("min_volume", symbol.min_lot);
   volume.Number("max_volume", symbol.max_lot);
   volume.Number("volume_step", symbol.lot_step);
   CJsonObject swap;
   swap.Text("swap_type", symbol.swap_type);
   swap.Number("swap_long", symbol.swap_long);
   swap.Number("swap_short", symbol.swap_short);
   swap.Text("triple_swap_day", symbol.triple_swap_day);
   CJsonObject entry;
   entry.Text("canonical_symbol", symbol.canonical);
   entry.Text("broker_symbol", symbol.name);
   entry.Raw("general", general.Done());
   entry.Raw("volume", volume.Done());
   entry.Raw("swap", swap.Done());
   entry.Raw("sessions", symbol.sessions);
   return(entry.Done());
  }

void SaySpecs(CDesk &desk)
  {
   CJsonObject body;
   body.Text("account_id", desk.settings.account);
   body.Integer("reported_at_ms", desk.wall_ms);
   CParted message("symbol_spec_report", body.Body());
   int list = message.List("symbols");
   int count = ArraySize(desk.view.symbols);
   for(int i = 0; i < count; i++)
      if(desk.view.symbols[i].listed)
         message.Item(list, SpecEntry(desk, desk.view.symbols[i]));
   message.Say(desk);
  }

string QuoteEntry(const SSymbol &symbol)
  {
   CJsonObject entry;
   entry.Text("canonical_symbol", symbol.canonical);
   entry.Text("broker_symbol", symbol.name);
   entry.Raw("bid", DoubleToString(symbol.bid, symbol.digits));
   entry.Raw("ask", DoubleToString(symbol.ask, symbol.digits));
   entry.Number("spread_points", NormalizeDouble((symbol.ask - symbol.bid) / symbol.point, 2));
   return(entry.Done());
  }

// Tells quotes: changes at most every 250 ms, each again after 500 ms; several in a line.
class CQuotes
  {
private:
   string            m_names[];
   long              m_told_ms[];
   double            m_bids[];
   double            m_asks[];

   int               Slot(string name);
   bool              IsDue(CDesk &desk, const SSymbol &symbol, bool repeat);

public:
   void              Clear(void);
   void              Tell(CDesk &desk, bool repeat);
  };

void CQuotes::Clear(void)
  {
   ArrayResize(m_names, 0);
   ArrayResize(m_told_ms, 0);
   ArrayResize(m_bids, 0);
   ArrayResize(m_asks, 0);
  }

int CQuotes::Slot(string name)
  {
   int count = ArraySize(m_names);
   for(int i = 0; i < count; i++)
      if(m_names[i] == name)
         return(i);
   ArrayResize(m_names, count + 1, 64);
   ArrayResize(m_told_ms, count + 1, 64);
   ArrayResize(m_bids, count + 1, 64);
   ArrayResize(m_asks, count + 1, 64);
   m_names[count] = name;
   m_told_ms[count] = -1;
   m_bids[count] = 0.0;
   m_asks[count] = 0.0;
   return(count);
  }

bool CQuotes::IsDue(CDesk &desk, const SSymbol &symbol, bool repeat)
  {
   if(!symbol.listed || symbol.bid <= 0.0 || symbol.ask <= 0.0 || symbol.point <= 0.0)
      return(false);
   int slot = Slot(symbol.name);
   if(m_told_ms[slot] >= 0)
     {
      long age_ms = desk.now_ms - m_told_ms[slot];
      if(age_ms < CHANGE_MS_MIN)
         return(false);
      bool moved = !Same(m_bids[slot], symbol.bid) || !Same(m_asks[slot], symbol.ask);
      if(!moved && !(repeat && age_ms >= REPEAT_MS))
         return(false);
     }
   m_told_ms[slot] = desk.now_ms;
   m_bids[slot] = symbol.bid;
   m_asks[slot] = symbol.ask;
   return(true);
  }

void CQuotes::Tell(CDesk &desk, bool repeat)
  {
   if(!desk.link.IsUp() || !desk.view.at_home || !desk.view.connected)
      return;
   string entries[];
   int told = 0;
   int count = ArraySize(desk.view.symbols);
   for(int i = 0; i < count; i++)
      if(IsDue(desk, desk.view.symbols[i], repeat))
        {
         ArrayResize(entries, told + 1, 64);
         entries[told] = QuoteEntry(desk.view.symbols[i]);
         told++;
        }
   if(told == 0)
      return;
   string head = "\"account_id\":" + Quoted(desk.settings.account) + ",\"timestamp_ms\":"
                 + LongText(desk.wall_ms);
   if(told == 1)
     {
      desk.SayPayload("quote_snapshot",
                      head + "," + StringSubstr(entries[0], 1, StringLen(entries[0]) - 2));
      return;
     }
   string list = "";
   for(int i = 0; i < told; i++)
     {
      if(Utf8Bytes(list) + Utf8Bytes(entries[i]) > PART_ROOM)
        {
         desk.SayPayload("quote_snapshot", head + ",\"quotes\":[" + list + "]");
         list = "";
        }
      list += (list == "" ? "" : ",") + entries[i];
     }
   desk.SayPayload("quote_snapshot", head + ",\"quotes\":[" + list + "]");
  }

string PositionEntry(const SPosition &position)
  {
   CJsonObject entry;
   entry.Integer("ticket", position.ticket);
   entry.Text("symbol", position.symbol);
   entry.Text("side", SideText(position.side));
   entry.Number("volume", position.lot);
   entry.Number("open_price", position.price);
   if(position.stop_loss > 0.0)
      entry.Number("stop_loss", position.stop_loss);
   if(position.take_profit > 0.0)
      entry.Number("take_profit", position.take_profit);
   entry.Number("profit", position.profit);
   entry.Integer("magic_number", position.magic);
   entry.Text("comment", position.comment);
   entry.Integer("open_time_ms", position.open_ms);
   return(entry.Done());
  }

string DealEntry(const SDeal &deal)
  {
   CJsonObject entry;
   entry.Integer("ticket", deal.ticket);
   entry.Text("symbol", deal.symbol);
   entry.Text("side", SideText(deal.side));
   entry.Number("volume", deal.lot);
   entry.Number("open_price", deal.open_price);
   entry.Number("close_price", deal.close_price);
   entry.Integer("open_time_ms", deal.open_ms);
   entry.Integer("close_time_ms", deal.close_ms);
   entry.Number("profit", deal.profit);
   entry.Number("swap", deal.swap);
   entry.Number("commission", deal.commission);
   entry.Integer("magic_number", deal.magic);
   entry.Text("comment", deal.comment);
   entry.Text("reason", deal.reason);
   entry.Integer("position_id", deal.position_id);
   return(entry.Done());
  }

// Numbers the account's snapshots, and remembers which deals were told.
class CSnapshots
  {
private:
   long              m_sequence;
   CIndex            m_told;

   void              Deals(CDesk &desk, CParted &message);

public:
                     CSnapshots(void) { m_sequence = 0; }
   void              Attached(CView &view);
   void              Tell(CDesk &desk);
  };

// What the history shows at the start is not news.
void CSnapshots::Attached(CView &view)
  {
   int count = ArraySize(view.history);
   for(int i = 0; i < count; i++)
      m_told.Set(LongText(view.history[i].ticket), 1);
  }

void CSnapshots::Tell(CDesk &desk)
  {
   if(!desk.link.IsUp() || !desk.view.at_home)
      return;
   m_sequence++;
   CJsonObject account;
   account.Text("account_id", desk.settings.account);
   account.Integer("timestamp_ms", desk.wall_ms);
   account.Text("currency", desk.view.currency);
   account.Number("balance", desk.view.balance);
   account.Number("equity", desk.view.equity);
   account.Number("margin", desk.view.margin);
   account.Number("margin_free", desk.view.margin_free);
   account.Number("margin_level", desk.view.margin_level);
   CJsonObject body;
   body.Text("account_id", desk.settings.account);
   body.Raw("accounts", "[" + account.Done() + "]");
   body.Text("epoch", desk.instance);
   body.Integer("sequence", m_sequence);
   body.Flag("complete", desk.view.synchronised);
   body.Flag("connected", desk.view.connected);
   CParted message("state_snapshot", body.Body());
   int list = message.List("positions");
   int count = ArraySize(desk.view.positions);
   for(int i = 0; i < count; i++)
      message.Item(list, PositionEntry(desk.view.positions[i]));
   Deals(desk, message);
   list = message.List("pendings");
   count = ArraySize(desk.view.pendings);
   for(int i = 0; i < count; i++)
      message.Item(list, PositionEntry(desk.view.pendings[i]));
   list = message.List("symbols");
   count = ArraySize(desk.view.symbols);
   for(int i = 0; i < count; i++)
      if(desk.view.symbols[i].listed && desk.view.symbols[i].tick_value > 0.0)
         message.Item(list, "{\"canonical_symbol\":" + Quoted(desk.view.symbols[i].canonical)
                      + ",\"tick_value\":" + NumberText(desk.view.symbols[i].tick_value) + "}");
   message.Say(desk);
  }

// The deals since the last time; what does not fit is told next time.
void CSnapshots::Deals(CDesk &desk, CParted &message)
  {
   int list = message.List("history");
   int count = ArraySize(desk.view.history);
   int told = 0;
   for(int i = 0; i < count && told < DEALS_PER_SNAPSHOT; i++)
     {
      string ticket = LongText(desk.view.history[i].ticket);
      if(m_told.Has(ticket))
         continue;
      m_told.Set(ticket, 1);
      message.Item(list, DealEntry(desk.view.history[i]));
      told++;
     }
  }

struct SOpenTrade
  {
   long              ticket;
   double            lot;
   string            trade_id;
   string            tag;
  };

// Lists what is open, by ticket, with a hash that changes when the list does.
void SayOpenTrades(CDesk &desk, SOpenTrade &trades[])
  {
   int count = ArraySize(trades);
   for(int i = 1; i < count; i++)
      for(int j = i; j > 0 && trades[j].ticket < trades[j - 1].ticket; j--)
        {
         SOpenTrade swap = trades[j];
         trades[j] = trades[j - 1];
         trades[j - 1] = swap;
        }
   string text = "";
   for(int i = 0; i < count; i++)
      text += (i > 0 ? "\n" : "") + trades[i].trade_id + "|" + trades[i].tag + "|"
              + LongText(trades[i].ticket) + "|" + NumberText(trades[i].lot);
   CJsonObject body;
   body.Text("account_id", desk.settings.account);
   body.Text("epoch", desk.instance);
   body.Text("hash", Sha256Hex(text, 8));
   CParted message("open_trades", body.Body());
   int list = message.List("trades");
   for(int i = 0; i < count; i++)
     {
      CJsonObject entry;
      if(trades[i].trade_id != "")
         entry.Text("trade_id", trades[i].trade_id);
      if(trades[i].tag != "")
         entry.Text("tag", trades[i].tag);
      entry.Integer("ticket", trades[i].ticket);
      entry.Number("volume", trades[i].lot);
      message.Item(list, entry.Done());
     }
   message.Say(desk);
  }

void AddOpenTrade(SOpenTrade &trades[], long ticket, double lot, string trade_id, string tag)
  {
   int count = ArraySize(trades);
   ArrayResize(trades, count + 1, 64);
   trades[count].ticket = ticket;
   trades[count].lot = lot;
   trades[count].trade_id = trade_id;
   trades[count].tag = tag;
  }
#endif
