//+------------------------------------------------------------------+
//| Terminal.mqh - what both platforms tell by the same functions    |
//+------------------------------------------------------------------+
#ifndef ECHO_TERMINAL_MQH
#define ECHO_TERMINAL_MQH
#include "Settings.mqh"
#include "View.mqh"

#define SYMBOLS_MS 1000
#define SESSIONS_MS 60000
#define SESSIONS_MAX 16
// After the terminal has connected anew, its lists may be empty or old for a moment.
#define SETTLE_MS 2000

string DoorAccount(void)
  {
   return(LongText(AccountInfoInteger(ACCOUNT_LOGIN)));
  }

string DoorServer(void)
  {
   return(AccountInfoString(ACCOUNT_SERVER));
  }

string PermissionText(long mode)
  {
   if(mode == SYMBOL_TRADE_MODE_DISABLED)
      return("disabled");
   return(mode == SYMBOL_TRADE_MODE_CLOSEONLY ? "close_only" : "full");
  }

string SwapDayText(long day)
  {
   string days[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
   return(day >= 0 && day < 7 ? days[(int)day] : "wednesday");
  }

// One kind of a symbol's sessions on one day, by the broker's clock; midnight at their end is 1440.
string HoursOf(string name, int day, bool traded)
  {
   string list = "";
   for(uint i = 0; i < SESSIONS_MAX; i++)
     {
      datetime begins = 0;
      datetime ends = 0;
      bool there = traded ? SymbolInfoSessionTrade(name, (ENUM_DAY_OF_WEEK)day, i, begins, ends)
                   : SymbolInfoSessionQuote(name, (ENUM_DAY_OF_WEEK)day, i, begins, ends);
      if(!there)
         break;
      long first = (long)begins / 60 % 1440;
      long last = (long)ends / 60 % 1440;
      list += (list == "" ? "" : ",") + "{\"start_minute\":" + LongText(first) + ",\"end_minute\":"
              + LongText(last > first ? last : 1440) + "}";
     }
   return(list);
  }

// When a symbol is quoted and traded; empty = the broker does not say.
string SessionsOf(string name)
  {
   string list = "";
   for(int day = 0; day < 7; day++)
     {
      string quoted = HoursOf(name, day, false);
      string traded = HoursOf(name, day, true);
      if(quoted != "" || traded != "")
         list += (list == "" ? "" : ",") + "{\"day\":\"" + SwapDayText(day)
                 + "\",\"quote_sessions\":[" + quoted + "],\"trade_sessions\":[" + traded + "]}";
     }
   return("[" + list + "]");
  }

// Such as "M15" or "H4"; empty = the chart has no time frame.
string TimeframeText(int timeframe)
  {
   int seconds = PeriodSeconds((ENUM_TIMEFRAMES)timeframe);
   if(seconds <= 0)
      return("");
   if(seconds >= 30 * 86400)
      return("MN1");
   if(seconds >= 7 * 86400)
      return("W1");
   if(seconds >= 86400)
      return("D1");
   return(seconds >= 3600 ? "H" + LongText(seconds / 3600) : "M" + LongText(seconds / 60));
  }

// The mean true range of the last *bars* whole bars; 0 = the terminal does not have them all.
double AverageRange(string name, int timeframe, int bars)
  {
   ENUM_TIMEFRAMES frame = (ENUM_TIMEFRAMES)timeframe;
   double sum = 0.0;
   for(int i = 1; i <= bars; i++)
     {
      double high = iHigh(name, frame, i);
      double low = iLow(name, frame, i);
      double before = iClose(name, frame, i + 1);
      if(high <= 0.0 || low <= 0.0 || before <= 0.0)
         return(0.0);
      sum += (high > before ? high : before) - (low < before ? low : before);
     }
   return(bars > 0 ? sum / bars : 0.0);
  }

// What the chart says about a trade that begins: behind other fields of its report.
string ChartBody(SSettings &settings, const SSymbol &symbol)
  {
   string timeframe = TimeframeText(settings.timeframe);
   double range = AverageRange(symbol.name, settings.timeframe, settings.atr_bars);
   string body = timeframe == "" ? "" : ",\"timeframe\":\"" + timeframe + "\"";
   if(range > 0.0)
      body += ",\"atr\":" + NumberText(NormalizeDouble(range, symbol.digits + 1));
   return(body);
  }

// Keeps the symbols of a view up to date: prices and stop levels every turn, sessions once a minute,
// all the rest once a second.
class CSymbolReader
  {
private:
   long              m_next_ms;
   long              m_sessions_ms;

   void              Add(CView &view, SSettings &settings, string name, bool listed) const;
   void              Describe(SSymbol &symbol) const;
   void              List(CView &view, SSettings &settings) const;

public:
                     CSymbolReader(void) { m_next_ms = 0; m_sessions_ms = 0; }
   void              Read(CView &view, SSettings &settings);
  };

void CSymbolReader::Add(CView &view, SSettings &settings, string name, bool listed) const
  {
   if(view.Symbol(name) >= 0 || !SymbolSelect(name, true))
      return;
   int count = ArraySize(view.symbols);
   ArrayResize(view.symbols, count + 1, 64);
   view.symbols[count].name = name;
   view.symbols[count].canonical = CanonicalOf(settings.mappings, name);
   view.symbols[count].listed = listed;
   Describe(view.symbols[count]);
   view.symbols[count].sessions = SessionsOf(name);
  }

void CSymbolReader::Describe(SSymbol &symbol) const
  {
   string name = symbol.name;
   symbol.digits = (int)SymbolInfoInteger(name, SYMBOL_DIGITS);
   symbol.point = SymbolInfoDouble(name, SYMBOL_POINT);
   symbol.tick_size = SymbolInfoDouble(name, SYMBOL_TRADE_TICK_SIZE);
   if(symbol.tick_size <= 0.0)
      symbol.tick_size = symbol.point;
   symbol.tick_value = SymbolInfoDouble(name, SYMBOL_TRADE_TICK_VALUE);
   symbol.contract_size = SymbolInfoDouble(name, SYMBOL_TRADE_CONTRACT_SIZE);
   symbol.min_lot = SymbolInfoDouble(name, SYMBOL_VOLUME_MIN);
   symbol.max_lot = SymbolInfoDouble(name, SYMBOL_VOLUME_MAX);
   symbol.lot_step = SymbolInfoDouble(name, SYMBOL_VOLUME_STEP);
   symbol.stop_level = (int)SymbolInfoInteger(name, SYMBOL_TRADE_STOPS_LEVEL);
   symbol.permission = PermissionText(SymbolInfoInteger(name, SYMBOL_TRADE_MODE));
   symbol.swap_type = SymbolInfoInteger(name, SYMBOL_SWAP_MODE) == 2 ? "currency" : "points";
   symbol.swap_long = SymbolInfoDouble(name, SYMBOL_SWAP_LONG);
   symbol.swap_short = SymbolInfoDouble(name, SYMBOL_SWAP_SHORT);
   symbol.triple_swap_day = SwapDayText(SymbolInfoInteger(name, SYMBOL_SWAP_ROLLOVER3DAYS));
   symbol.bid = SymbolInfoDouble(name, SYMBOL_BID);
   symbol.ask = SymbolInfoDouble(name, SYMBOL_ASK);
  }

// The symbols of the input, or else those of the mappings, or else the whole Market Watch.
void CSymbolReader::List(CView &view, SSettings &settings) const
  {
   string names[];
   ushort comma = ',';
   int count = TrimmedText(settings.symbols) == "" ? 0 : StringSplit(settings.symbols, comma, names);
   for(int i = 0; i < count; i++)
      Add(view, settings, TrimmedText(names[i]), true);
   if(count > 0)
      return;
   count = TrimmedText(settings.mappings) == "" ? 0 : StringSplit(settings.mappings, comma, names);
   for(int i = 0; i < count; i++)
     {
      int colon = StringFind(names[i], ":");
      if(colon > 0)
         Add(view, settings, TrimmedText(StringSubstr(names[i], colon + 1)), true);
     }
   if(count > 0)
      return;
   count = SymbolsTotal(true);
   for(int i = 0; i < count; i++)
      Add(view, settings, SymbolName(i, true), true);
  }

void CSymbolReader::Read(CView &view, SSettings &settings)
  {
   long now_ms = EchoMonotonicMs();
   int count = ArraySize(view.symbols);
   if(count == 0 || now_ms >= m_next_ms)
     {
      m_next_ms = now_ms + SYMBOLS_MS;
      bool sessions = now_ms >= m_sessions_ms;
      if(sessions)
         m_sessions_ms = now_ms + SESSIONS_MS;
      for(int i = 0; i < count; i++)
        {
         Describe(view.symbols[i]);
         if(sessions)
            view.symbols[i].sessions = SessionsOf(view.symbols[i].name);
        }
      List(view, settings);
     }
   else
      for(int i = 0; i < count; i++)
        {
         view.symbols[i].bid = SymbolInfoDouble(view.symbols[i].name, SYMBOL_BID);
         view.symbols[i].ask = SymbolInfoDouble(view.symbols[i].name, SYMBOL_ASK);
         view.symbols[i].stop_level = (int)SymbolInfoInteger(view.symbols[i].name,
                                      SYMBOL_TRADE_STOPS_LEVEL);
        }
   int positions = ArraySize(view.positions);
   for(int i = 0; i < positions; i++)
      Add(view, settings, view.positions[i].symbol, false);
  }

// Tells whether the terminal is connected, and since when without a break.
class CConnection
  {
private:
   bool              m_was;
   long              m_since_ms;
   bool              m_first;

public:
                     CConnection(void) { m_was = false; m_since_ms = 0; m_first = true; }
   void              Read(CView &view, SSettings &settings);
  };

void CConnection::Read(CView &view, SSettings &settings)
  {
   bool online = TerminalInfoInteger(TERMINAL_CONNECTED) != 0;
   if(online && !m_was)
      m_since_ms = m_first ? LONG_MIN / 2 : EchoMonotonicMs();
   m_was = online;
   m_first = false;
   bool may_trade = TerminalInfoInteger(TERMINAL_TRADE_ALLOWED) != 0
                    && MQLInfoInteger(MQL_TRADE_ALLOWED) != 0
                    && AccountInfoInteger(ACCOUNT_TRADE_ALLOWED) != 0;
   view.connected = online && (settings.role == ROLE_MASTER || may_trade);
   view.synchronised = online && EchoMonotonicMs() - m_since_ms >= SETTLE_MS;
  }

void ReadAccount(CView &view)
  {
   view.account = DoorAccount();
   view.server = DoorServer();
   view.broker = AccountInfoString(ACCOUNT_COMPANY);
   view.currency = AccountInfoString(ACCOUNT_CURRENCY);
   view.leverage = (int)AccountInfoInteger(ACCOUNT_LEVERAGE);
   view.build = (int)TerminalInfoInteger(TERMINAL_BUILD);
   view.balance = AccountInfoDouble(ACCOUNT_BALANCE);
   view.equity = AccountInfoDouble(ACCOUNT_EQUITY);
   view.margin = AccountInfoDouble(ACCOUNT_MARGIN);
   view.margin_free = AccountInfoDouble(ACCOUNT_MARGIN_FREE);
   view.margin_level = AccountInfoDouble(ACCOUNT_MARGIN_LEVEL);
  }

// What an EA needs before it can start; empty = it has everything.
string NotReady(void)
  {
   if(MQLInfoInteger(MQL_DLLS_ALLOWED) == 0)
      return("DLL imports are not allowed: see the inputs' Common tab, \"Allow DLL imports\"");
   if(EchoPipeVersion() != ECHO_PIPE_VERSION)
      return("echo_pipe.dll has version " + LongText(EchoPipeVersion()) + ", this EA needs "
             + LongText(ECHO_PIPE_VERSION));
   return("");
  }
#endif
