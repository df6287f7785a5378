//+------------------------------------------------------------------+
//| Repeats.mqh - what must be said again until it is acknowledged   |
//+------------------------------------------------------------------+
#ifndef ECHO_REPEATS_MQH
#define ECHO_REPEATS_MQH
#include "Values.mqh"

#define PAUSE_MS_MAX 10000
#define LINES_PER_TURN 64

// How long to wait for an answer to *attempt*, counted from 1: the list first, then its last
// value doubled again and again, never more than 10 s.
long PauseMs(int attempt, const int &backoff_ms[])
  {
   int count = ArraySize(backoff_ms);
   if(count == 0)
      return(PAUSE_MS_MAX);
   if(attempt <= count)
      return(MathMin(backoff_ms[attempt - 1], PAUSE_MS_MAX));
   long pause = backoff_ms[count - 1] > 0 ? backoff_ms[count - 1] : 1;
   for(int i = count; i < attempt && pause < PAUSE_MS_MAX; i++)
      pause *= 2;
   return(pause < PAUSE_MS_MAX ? pause : PAUSE_MS_MAX);
  }

struct SRepeat
  {
   string            key;
   long              due_ms;
   int               attempts;
  };

// Keys that wait for an acknowledgement, in the order in which they came.
class CRepeats
  {
private:
   SRepeat           m_items[];
   int               m_count;

   int               Find(string key) const;

public:
                     CRepeats(void) { m_count = 0; }
   int               Said(string key, long now_ms, const int &backoff_ms[]);
   void              AgainAt(string key, long due_ms);
   void              Drop(string key);
   void              Clear(void) { m_count = 0; }
   int               TakeDue(long now_ms, string &keys[]);
   int               Count(void) const { return(m_count); }
  };

int CRepeats::Find(string key) const
  {
   for(int i = 0; i < m_count; i++)
      if(m_items[i].key == key)
         return(i);
   return(-1);
  }

// Notes one more attempt; returns its number, from 1.
int CRepeats::Said(string key, long now_ms, const int &backoff_ms[])
  {
   int item = Find(key);
   if(item < 0)
     {
      AgainAt(key, now_ms);
      item = m_count - 1;
     }
   m_items[item].attempts++;
   m_items[item].due_ms = now_ms + PauseMs(m_items[item].attempts, backoff_ms);
   return(m_items[item].attempts);
  }

// Says *key* again at that time, without counting an attempt.
void CRepeats::AgainAt(string key, long due_ms)
  {
   int item = Find(key);
   if(item < 0)
     {
      item = m_count;
      m_count++;
      if(m_count > ArraySize(m_items))
         ArrayResize(m_items, m_count, 256);
      m_items[item].key = key;
      m_items[item].attempts = 0;
     }
   m_items[item].due_ms = due_ms;
  }

void CRepeats::Drop(string key)
  {
   int item = Find(key);
   if(item < 0)
      return;
   for(int i = item + 1; i < m_count; i++)
      m_items[i - 1] = m_items[i];
   m_count--;
  }

// Up to 64 keys whose time has come; whoever takes them says them or plans them anew.
int CRepeats::TakeDue(long now_ms, string &keys[])
  {
   ArrayResize(keys, 0, LINES_PER_TURN);
   int taken = 0;
   for(int i = 0; i < m_count && taken < LINES_PER_TURN; i++)
      if(m_items[i].due_ms <= now_ms)
        {
         ArrayResize(keys, taken + 1, LINES_PER_TURN);
         keys[taken] = m_items[i].key;
         taken++;
        }
   return(taken);
  }
#endif
