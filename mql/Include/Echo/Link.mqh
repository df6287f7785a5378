//+------------------------------------------------------------------+
//| Link.mqh - the pipe to the Agent: connected, alive, how far off  |
//+------------------------------------------------------------------+
#ifndef ECHO_LINK_MQH
#define ECHO_LINK_MQH
#include "Ids.mqh"
#include "Settings.mqh"

#define RECONNECT_FIRST_MS 100
#define RECONNECT_MAX_MS 5000
#define RECONNECT_JITTER_MS 250
#define STEADY_MS 5000 // a pipe that does not last so long was refused, or breaks by itself

// Every error means the same: close, wait, connect again.
class CLink
  {
private:
   int               m_slot;
   ushort            m_buffer[];
   long              m_next_try_ms;
   long              m_pause_ms;
   int               m_brief;
   long              m_opened_ms;
   long              m_heard_ms;
   long              m_answered_ms;
   long              m_ping_due_ms;
   long              m_asked_ms;
   string            m_asked;
   string            m_instance;
   int               m_pings;
   bool              m_probed;
   long              m_probed_ms;
   long              m_peer_ms;
   int               m_version_seen;
   string            m_evaluation_id;
   long              m_judged_ms;

   void              Ping(SSettings &settings, long now_ms, long wall_ms);

public:
   bool              has_epoch;
   long              epoch;
   long              ledger_n;
   string            ledger_id;
   int               backoff_ms[];
   int               max_retries;
   string            trouble;

                     CLink(void);
   void              Attached(string instance);
   bool              IsUp(void) const { return(m_slot > 0); }
   bool              Connect(SSettings &settings, long now_ms);
   void              Opened(SSettings &settings, long now_ms, long wall_ms);
   void              Postpone(long now_ms);
   bool              Say(string line);
   bool              Read(string &line, long now_ms);
   void              Close(string reason, long now_ms);
   bool              Answered(string ping_id, long peer_ms);
   void              Judged(string evaluation_id, long now_ms);
   bool              Beat(SSettings &settings, long now_ms, long wall_ms);
   bool              Probed(void) const { return(m_probed); }
   long              AgentMs(long now_ms) const;
   long              ElapsedMs(long sent_ms, long now_ms) const;
   void              Agreed(CJsonReader &reader, int payload, bool session);
  };

CLink::CLink(void)
  {
   m_slot = -1;
   m_next_try_ms = 0;
   m_pause_ms = RECONNECT_FIRST_MS;
   m_brief = 0;
   m_opened_ms = 0;
   m_heard_ms = 0;
   m_answered_ms = 0;
   m_ping_due_ms = 0;
   m_asked_ms = 0;
   m_asked = "";
   m_instance = "";
   m_pings = 0;
   m_probed = false;
   m_probed_ms = 0;
   m_peer_ms = 0;
   m_version_seen = 0;
   m_evaluation_id = "";
   m_judged_ms = 0;
   has_epoch = false;
   epoch = 0;
   ledger_n = 0;
   ledger_id = "";
   max_retries = 100;
   trouble = "";
   ArrayResize(m_buffer, ECHO_LINE_CHARS);
   ArrayResize(backoff_ms, 5);
   backoff_ms[0] = 50;
   backoff_ms[1] = 100;
   backoff_ms[2] = 200;
   backoff_ms[3] = 400;
   backoff_ms[4] = 800;
  }

void CLink::Attached(string instance)
  {
   m_instance = instance;
  }

// Tries once, when its time has come; true in the call in which the pipe came up.
bool CLink::Connect(SSettings &settings, long now_ms)
  {
   if(m_slot > 0 || now_ms < m_next_try_ms)
      return(false);
   m_slot = EchoOpen(settings.pipe_name);
   if(m_slot <= 0)
     {
      trouble = "no pipe " + settings.pipe_name + ", error " + LongText(EchoLastError(0));
      m_slot = -1;
      Postpone(now_ms);
      return(false);
     }
   trouble = "";
   if(settings.flush_writes)
      EchoFlush(m_slot, 1);
   EchoWake(m_slot, ChartGetInteger(0, CHART_WINDOW_HANDLE), ECHO_WAKE_KEY);
   return(true);
  }

void CLink::Postpone(long now_ms)
  {
   m_next_try_ms = now_ms + m_pause_ms + MathRand() % RECONNECT_JITTER_MS;
   m_pause_ms = m_pause_ms * 2 > RECONNECT_MAX_MS ? RECONNECT_MAX_MS : m_pause_ms * 2;
  }

// Starts the pulse: the first ping leaves at once, for its answer bounds our clocks.
void CLink::Opened(SSettings &settings, long now_ms, long wall_ms)
  {
   has_epoch = false;
   m_probed = false;
   m_asked = "";
   m_evaluation_id = "";
   m_opened_ms = now_ms;
   m_heard_ms = now_ms;
   Ping(settings, now_ms, wall_ms);
  }

void CLink::Ping(SSettings &settings, long now_ms, long wall_ms)
  {
   m_ping_due_ms = now_ms + settings.ping_ms;
   if(m_asked != "")
      return;
   m_pings++;
   m_asked = m_instance + "-" + LongText(m_pings);
   m_asked_ms = now_ms;
   CJsonObject ping;
   ping.Text("type", "ping");
   ping.Text("id", m_asked);
   ping.Integer("timestamp_ms", wall_ms);
   ping.Text("role", RoleText(settings.role));
   if(m_probed)
      ping.Integer("rtt_ms", m_answered_ms - m_probed_ms);
   if(m_evaluation_id != "")
     {
      ping.Text("evaluation_id", m_evaluation_id);
      ping.Integer("verdict_age_ms", now_ms - m_judged_ms);
     }
   Say(ping.Done());
  }

// A verdict was taken in; the next ping says so.
void CLink::Judged(string evaluation_id, long now_ms)
  {
   m_evaluation_id = evaluation_id;
   m_judged_ms = now_ms;
  }

// False = the pipe is gone, or does not take the line; the next turn connects anew.
bool CLink::Say(string line)
  {
   if(m_slot <= 0)
      return(false);
   int written = EchoWrite(m_slot, line);
   if(written > 0)
      return(true);
   trouble = "write " + LongText(written) + ", error " + LongText(EchoLastError(m_slot));
   EchoClose(m_slot);
   m_slot = -1;
   return(false);
  }

// Takes one line, if one is there.
bool CLink::Read(string &line, long now_ms)
  {
   if(m_slot <= 0)
      return(false);
   int read = EchoRead(m_slot, m_buffer, ECHO_LINE_CHARS);
   if(read > 0)
     {
      line = ShortArrayToString(m_buffer, 0, read);
      m_heard_ms = now_ms;
      return(true);
     }
   if(read == ECHO_E_ENCODING)
     {
      line = "";
      return(true);
     }
   if(read < 0)
     {
      trouble = "read " + LongText(read) + ", error " + LongText(EchoLastError(m_slot));
      EchoClose(m_slot);
      m_slot = -1;
     }
   return(false);
  }

// An Agent that refuses this EA must not be asked ten times a second.
void CLink::Close(string reason, long now_ms)
  {
   if(m_slot > 0)
      EchoClose(m_slot);
   m_slot = -1;
   trouble = reason;
   has_epoch = false;
   m_probed = false;
   m_asked = "";
   bool steady = now_ms - m_opened_ms >= STEADY_MS;
   m_brief = steady ? 0 : m_brief + 1;
   if(steady)
      m_pause_ms = RECONNECT_FIRST_MS;
   m_next_try_ms = now_ms;
   if(m_brief > 1)
      Postpone(now_ms);
  }

// Takes a pong; tells whether it is the answer to the ping that was asked.
bool CLink::Answered(string ping_id, long peer_ms)
  {
   if(m_asked == "" || ping_id != m_asked)
      return(false);
   m_probed = true;
   m_probed_ms = m_asked_ms;
   m_peer_ms = peer_ms;
   m_answered_ms = m_heard_ms;
   m_asked = "";
   return(true);
  }

// Pings when it is time; false = the pipe is worth nothing any more, *trouble* says why.
bool CLink::Beat(SSettings &settings, long now_ms, long wall_ms)
  {
   if(m_slot <= 0)
      return(true);
   trouble = "";
   if(now_ms - m_heard_ms >= settings.silent_ms_max)
      trouble = "nothing heard for " + LongText(now_ms - m_heard_ms) + " ms";
   else
      if(m_asked != "" && now_ms - m_asked_ms >= settings.pong_timeout_ms)
         trouble = "no pong for " + LongText(now_ms - m_asked_ms) + " ms";
      else
         if(!has_epoch && now_ms - m_opened_ms >= settings.silent_ms_max)
            trouble = "no session for " + LongText(now_ms - m_opened_ms) + " ms";
   if(trouble != "")
      return(false);
   if(now_ms >= m_ping_due_ms)
      Ping(settings, now_ms, wall_ms);
   return(true);
  }

// The least that the Agent's clock can show now; meaningless before the first pong.
long CLink::AgentMs(long now_ms) const
  {
   return(m_peer_ms + now_ms - m_answered_ms);
  }

// An upper bound of the time since the Agent's clock showed *sent_ms*.
long CLink::ElapsedMs(long sent_ms, long now_ms) const
  {
   long elapsed = now_ms - m_probed_ms - (sent_ms - m_peer_ms);
   return(elapsed > 0 ? elapsed : 0);
  }

// Takes the pace that the Agent asks for, and the session's number with it.
void CLink::Agreed(CJsonReader &reader, int payload, bool session)
  {
   int list = reader.Member(payload, "retry_backoff_ms");
   int steps[];
   int count = 0;
   for(int each = reader.First(list); each >= 0 && count < 256; each = reader.Next(each))
     {
      ArrayResize(steps, count + 1, 32);
      steps[count] = (int)reader.IntegerOf(each);
      count++;
     }
   if(count > 0)
     {
      ArrayResize(backoff_ms, count);
      for(int i = 0; i < count; i++)
         backoff_ms[i] = steps[i];
     }
   max_retries = (int)reader.Integer(payload, "max_retries", max_retries);
   if(!session)
      return;
   has_epoch = true;
   epoch = reader.Integer(payload, "session_epoch", 0);
   ledger_n = reader.Integer(payload, "ledger_n", 0);
   ledger_id = reader.Text(payload, "ledger_id");
  }
#endif
