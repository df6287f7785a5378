//+------------------------------------------------------------------+
//| EchoSlave.mq4 - Echo's slave on MetaTrader 4                       |
//+------------------------------------------------------------------+
#property copyright "The Echo authors"
#property version   "0.10"
#property strict
#include <Echo\Slave.mqh>
#include <Echo\Mt4\Door.mqh>

input string PipeBaseName = "echo_";          // Pipe base name, as in the Agent's settings
input string Symbols = "";                    // Symbols, comma-separated; empty = Market Watch
input string SymbolMappings = "";             // canonical:broker,... where the names differ
input double MaxLotsPerMinute = 0.0;          // Own limit: lots opened within a minute, 0 = none
input int    MaxOpenPositions = 0;            // Own limit: open positions, 0 = none
input ENUM_COMMENT_MODE CommentMode = COMMENT_TAG; // What an order's comment says
input int    DoubtSeconds = 65;               // How long the broker may take to show a fill
input int    TimerMs = 10;                    // Timer, in ms
input ENUM_LOG_LEVEL LogLevel = LOG_ACTIONS;  // What the journal tells
input bool   Alerts = true;                   // Call for help in a window
input bool   DebugAlerts = false;             // Show every action in a window
input bool   FlushWrites = false;             // Wait for the Agent after each line: measuring only

CSlave g_ea;

int OnInit()
  {
   string wrong = NotReady();
   if(wrong != "")
     {
      Alert("Echo: ", wrong);
      return(INIT_FAILED);
     }
   g_ea.desk.settings.role = ROLE_SLAVE;
   g_ea.desk.settings.account = DoorAccount();
   g_ea.desk.settings.server = DoorServer();
   g_ea.desk.settings.pipe_base = PipeBaseName;
   g_ea.desk.settings.symbols = Symbols;
   g_ea.desk.settings.mappings = SymbolMappings;
   g_ea.desk.settings.strategy_id = "";
   g_ea.desk.settings.magics = "";
   g_ea.desk.settings.lots_per_minute_max = MaxLotsPerMinute;
   g_ea.desk.settings.open_positions_max = MaxOpenPositions;
   g_ea.desk.settings.comment_mode = CommentMode;
   g_ea.desk.settings.doubt_ms = (long)DoubtSeconds * 1000;
   g_ea.desk.settings.timer_ms = TimerMs;
   g_ea.desk.settings.timeframe = 0;
   g_ea.desk.settings.atr_bars = 0;
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
