//+------------------------------------------------------------------+
//| Settings.mqh - what an EA is told by its inputs                  |
//+------------------------------------------------------------------+
#ifndef ECHO_SETTINGS_MQH
#define ECHO_SETTINGS_MQH
#include "Ids.mqh"
#include "Values.mqh"

enum ENUM_LOG_LEVEL
  {
   LOG_QUIET   = 0,  // Problems only
   LOG_ACTIONS = 1,  // Problems and actions
   LOG_ALL     = 2   // Everything
  };

enum ENUM_COMMENT_MODE
  {
   COMMENT_TAG  = 0, // The trade's tag
   COMMENT_NONE = 1  // Empty, for brokers that forbid comments
  };

// Times in ms; numbers of lots and positions of 0 = no limit.
struct SSettings
  {
   ENUM_ECHO_ROLE    role;
   string            account;
   string            server;
   string            pipe_base;
   string            pipe_name;
   string            symbols;
   string            mappings;
   string            strategy_id;
   string            magics;
   double            lots_per_minute_max;
   int               open_positions_max;
   ENUM_COMMENT_MODE comment_mode;
   ENUM_LOG_LEVEL    log_level;
   bool              alerts;
   bool              debug_alerts;
   bool              flush_writes;
   string            config_hash;
   int               timer_ms;
   int               timeframe;
   int               atr_bars;
   long              ping_ms;
   long              pong_timeout_ms;
   long              silent_ms_max;
   long              ttl_ms_max;
   long              doubt_ms;
   long              retry_pause_ms;
   long              quotes_ms;
   long              protect_within_ms;
   long              keep_settled_ms;
   int               compact_records_min;
  };

string RoleText(ENUM_ECHO_ROLE role)
  {
   return(role == ROLE_MASTER ? "master" : "slave");
  }

// Times that are no inputs, and what follows from the account the EA is attached to.
void CompleteSettings(SSettings &settings)
  {
   settings.pipe_name = settings.pipe_base + RoleText(settings.role) + "_" + settings.account;
   settings.ping_ms = 5000;
   settings.pong_timeout_ms = 5000;
   settings.silent_ms_max = 15000;
   settings.ttl_ms_max = 60000;
   settings.retry_pause_ms = 100;
   settings.quotes_ms = 250;
   settings.protect_within_ms = 5000;
   settings.keep_settled_ms = (long)7 * 86400000;
   settings.compact_records_min = 2000;
   settings.config_hash = Sha256Hex(settings.pipe_base + "|" + settings.symbols + "|"
                                    + settings.mappings + "|" + settings.strategy_id + "|"
                                    + settings.magics + "|"
                                    + NumberText(settings.lots_per_minute_max) + "|"
                                    + LongText(settings.open_positions_max) + "|"
                                    + LongText(settings.comment_mode) + "|"
                                    + LongText(settings.timer_ms) + "|"
                                    + LongText(settings.doubt_ms) + "|"
                                    + LongText(settings.timeframe) + "|"
                                    + LongText(settings.atr_bars) + "|"
                                    + FlagText(settings.flush_writes), 32);
  }

// Looks *item* up in a list such as "EURUSD,XAUUSD"; an empty list has everything.
bool Listed(string list, string item)
  {
   if(TrimmedText(list) == "")
      return(true);
   string items[];
   int count = StringSplit(list, ',', items);
   for(int i = 0; i < count; i++)
      if(TrimmedText(items[i]) == item)
         return(true);
   return(false);
  }

// The canonical name of a broker's symbol after "canonical:broker,..."; its own name without one.
string CanonicalOf(string mappings, string broker_symbol)
  {
   string pairs[];
   int count = StringSplit(mappings, ',', pairs);
   for(int i = 0; i < count; i++)
     {
      int colon = StringFind(pairs[i], ":");
      if(colon > 0 && TrimmedText(StringSubstr(pairs[i], colon + 1)) == broker_symbol)
         return(TrimmedText(StringSubstr(pairs[i], 0, colon)));
     }
   return(broker_symbol);
  }
#endif
