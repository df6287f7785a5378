//+------------------------------------------------------------------+
//| Terminal.mqh - what both platforms tell by the same functions    |
//+------------------------------------------------------------------+
#ifndef ECHO_TERMINAL_MQH
#define ECHO_TERMINAL_MQH
#include "Settings.mqh"
#include "View.mqh"

#define SYMBOLS_MS 1000
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

// Keeps the symbols of a view up to date: prices and stop levels every turn, all the rest once a
// second.
class CSymbolReader
  {
private:
   long              m_next_ms;

   void              Add(CView &view, SSettings &settings, string name, bool listed) const;
   void              Describe(SSymbol &symbol) const;
   void              List(CView &view, SSettings &settings) const;

public:
                     CSymbolReader(void) { m_next_ms = 0; }
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
      for(int i = 0; i < count; i++)
         Describe(view.symbols[i]);
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
