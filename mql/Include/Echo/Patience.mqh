//+------------------------------------------------------------------+
//| Patience.mqh - how long work that may not be given up is tried   |
//+------------------------------------------------------------------+
#ifndef ECHO_PATIENCE_MQH
#define ECHO_PATIENCE_MQH
#include "Desk.mqh"

// Counts attempts; the pauses between them grow to 10 s, and never end.
struct SPatience
  {
   long              since_ms;
   int               attempts;
   long              not_before_ms;
   int               alarms;
  };

void BeginPatience(SPatience &patience, long now_ms)
  {
   patience.since_ms = now_ms;
   patience.attempts = 0;
   patience.not_before_ms = 0;
   patience.alarms = 0;
  }

// How long to wait after the attempt that was counted last.
long PatientPauseMs(SPatience &patience)
  {
   if(patience.attempts <= 1)
      return(250);
   if(patience.attempts == 2)
      return(500);
   if(patience.attempts == 3)
      return(1000);
   if(patience.attempts == 4)
      return(2000);
   return(patience.attempts == 5 ? 5000 : 10000);
  }

// Tells a person after 5 s, 30 s and 5 min, once each.
void AlarmIfLong(CDesk &desk, SPatience &patience, string key, string reason, string trade_id)
  {
   long waited_ms = desk.now_ms - patience.since_ms;
   int passed = (waited_ms >= 5000 ? 1 : 0) + (waited_ms >= 30000 ? 1 : 0)
                + (waited_ms >= 300000 ? 1 : 0);
   if(passed <= patience.alarms)
      return;
   patience.alarms = passed;
   desk.Alarm(key + ":" + LongText(passed), "NOT_DONE",
              "not done after " + LongText(waited_ms) + " ms: " + reason, trade_id);
  }
#endif
