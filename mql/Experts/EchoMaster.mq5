//+------------------------------------------------------------------+
//| EchoMaster.mq5 - Echo's master on MetaTrader 5                       |
//+------------------------------------------------------------------+
#property copyright "The Echo authors"
#property version   "0.10"
#include <Echo\Master.mqh>
#include <Echo\Mt5\Door.mqh>

input string PipeBaseName = "echo_";          // Pipe base name, as in the Agent's settings
input string Symbols = "";                    // Symbols, comma-separated; empty = Market Watch
input string SymbolMappings = "";             // canonical:broker,... where the names differ
input string StrategyId = "";                 // Strategy; empty = one per magic number
input string MagicNumbers = "";               // Magic numbers, comma-separated; empty = all
input ENUM_TIMEFRAMES Timeframe = PERIOD_CURRENT; // Time frame told with each trade
input int    AtrBars = 14;                    // Bars of the average true range told with it, 0 = none
input int    TimerMs = 10;                    // Timer, in ms
input ENUM_LOG_LEVEL LogLevel = LOG_ACTIONS;  // What the journal tells
input bool   Alerts = true;                   // Call for help in a window
input bool   DebugAlerts = false;             // Show every action in a window
input bool   FlushWrites = false;             // Wait for the Agent after each line: measuring only

CMaster g_ea;

int OnInit()
  {
   string wrong = NotReady();
   if(wrong != "")
     {
      Alert("Echo: ", wrong);
      return(INIT_FAILED);
     }
   g_ea.desk.settings.role = ROLE_MASTER;
   g_ea.desk.settings.account = DoorAccount();
   g_ea.desk.settings.server = DoorServer();
   g_ea.desk.settings.pipe_base = PipeBaseName;
   g_ea.desk.settings.symbols = Symbols;
   g_ea.desk.settings.mappings = SymbolMappings;
   g_ea.desk.settings.strategy_id = StrategyId;
   g_ea.desk.settings.magics = MagicNumbers;
   g_ea.desk.settings.lots_per_minute_max = 0.0;
   g_ea.desk.settings.open_positions_max = 0;
   g_ea.desk.settings.comment_mode = COMMENT_TAG;
   g_ea.desk.settings.doubt_ms = 0;
   g_ea.desk.settings.timer_ms = TimerMs;
   g_ea.desk.settings.timeframe = Timeframe;
   g_ea.desk.settings.atr_bars = AtrBars;
   g_ea.desk.settings.log_level = LogLevel;
   g_ea.desk.settings.alerts = Alerts;
   g_ea.desk.settings.debug_alerts = DebugAlerts;
   g_ea.desk.settings.flush_writes = FlushWrites;
   CompleteSettings(g_ea.desk.settings);
   MathSrand((int)GetTickCount());
   EchoTimerResolution(1);
   if(!g_ea.Attach() || !EventSetMillisecondTimer(TimerMs > 0 ? TimerMs : 1))
      return(INIT_FAILED);
   return(INIT_SUCCEEDED);
  }

void OnDeinit(const int reason)
  {
   EventKillTimer();
   EchoTimerResolution(0);
   g_ea.Detach();
   Comment("");
  }

void OnTimer()
  {
   g_ea.Turn(true);
  }

void OnTick()
  {
   g_ea.Turn(false);
  }

void OnChartEvent(const int id, const long &lparam, const double &dparam, const string &sparam)
  {
   if(id == CHARTEVENT_KEYDOWN && lparam == ECHO_WAKE_KEY)
      g_ea.Turn(false);
  }

void OnTradeTransaction(const MqlTradeTransaction &transaction, const MqlTradeRequest &request,
                        const MqlTradeResult &result)
  {
   DoorTraded();
   g_ea.Turn(false);
  }
