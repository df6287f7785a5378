//+------------------------------------------------------------------+
//| Desk.mqh - what all parts of an EA share                         |
//+------------------------------------------------------------------+
#ifndef ECHO_DESK_MQH
#define ECHO_DESK_MQH
#include "Gate.mqh"
#include "Journal.mqh"
#include "Lineage.mqh"
#include "Link.mqh"
#include "RecordFile.mqh"

#define CLOCK_STEP_MS 1000

class CDesk
  {
public:
   SSettings         settings;
   CView             view;
   CLink             link;
   CGate             gate;
   CJournal          journal;
   CRecordFile       file;
   string            instance;
   long              started_ms;
   long              alone_since_ms;
   long              now_ms;
   long              wall_ms;

                     CDesk(void);
   void              Clock(void);
   void              See(void);
   long              AgeMs(long opened_ms) const;
   long              AloneMs(void) const { return(now_ms - alone_since_ms); }
   bool              Attach(string kind);
   bool              Say(string line);
   bool              SayPayload(string type, string body);
   void              Alarm(string key, string code, string sentence, string trade_id);
   void              Judged(CJsonReader &reader, int payload);
   double            Point(string symbol) const;
   bool              StillHome(void);
   void              Show(string waiting);
  };

// How long a position is open at most, by the clock that it was opened by: a broker's clock shows
// whole seconds, and what it does not show counts as passed.
long CDesk::AgeMs(long opened_ms) const
  {
   long age_ms = view.server_ms + CLOCK_STEP_MS - 1 - opened_ms;
   return(age_ms > 0 ? age_ms : 0);
  }

CDesk::CDesk(void)
  {
   instance = "";
   started_ms = 0;
   alone_since_ms = 0;
   now_ms = 0;
   wall_ms = 0;
  }

// Reads both clocks: all that happens in one turn happens at one moment.
void CDesk::Clock(void)
  {
   now_ms = EchoMonotonicMs();
   wall_ms = EchoNowMs();
  }

// Looks at the terminal; of another account than its own an EA takes nothing for true.
void CDesk::See(void)
  {
   DoorView(view, settings);
   view.at_home = view.account == settings.account && view.server == settings.server;
  }

// Reads account and server once more, right before an order leaves.
bool CDesk::StillHome(void)
  {
   view.account = DoorAccount();
   view.server = DoorServer();
   view.at_home = view.account == settings.account && view.server == settings.server;
   return(view.at_home);
  }

// Begins a life: names it, and opens the file of the former ones.
bool CDesk::Attach(string kind)
  {
   Clock();
   started_ms = now_ms;
   alone_since_ms = now_ms;
   instance = Sha256Hex(settings.account + "|" + settings.server + "|" + RoleText(settings.role)
                        + "|" + LongText(wall_ms) + "|" + LongText(now_ms) + "|"
                        + LongText(MathRand()), 8);
   link.Attached(instance);
   See();
   return(file.Open(settings, kind, instance));
  }

bool CDesk::Say(string line)
  {
   if(!link.IsUp())
      return(false);
   if(Utf8Bytes(line) > ECHO_LINE_BYTES_MAX)
     {
      Alarm("line", "LINE_TOO_LONG", "a line of " + LongText(StringLen(line)) + " characters", "");
      return(false);
     }
   return(link.Say(line));
  }

bool CDesk::SayPayload(string type, string body)
  {
   return(Say("{\"type\":\"" + type + "\",\"timestamp_ms\":" + LongText(wall_ms)
              + ",\"payload\":{" + body + "}}"));
  }

// Calls a person; trade_id is the one trade that it is about, "" = it is about none, or about several.
void CDesk::Alarm(string key, string code, string sentence, string trade_id)
  {
   journal.Alarm(settings, key, code, sentence, trade_id, now_ms);
  }

// Takes a verdict in: from now on it holds, and the next ping says so.
void CDesk::Judged(CJsonReader &reader, int payload)
  {
   gate.Judged(reader, payload);
   string evaluation_id = reader.Text(payload, "evaluationId");
   link.Judged(evaluation_id, now_ms);
   string level = gate.status == "ACCEPTED" ? "info" : gate.status == "WARNING" ? "warning" : "error";
   journal.Handshake(settings, level, "Result", gate.status, gate.reason, evaluation_id);
  }

double CDesk::Point(string symbol) const
  {
   int found = view.Symbol(symbol);
   return(found >= 0 && view.symbols[found].point > 0.0 ? view.symbols[found].point : 1.0);
  }

// The panel on the chart: connected, judged, what was done last, what is blocked and why.
void CDesk::Show(string waiting)
  {
   string text = "Echo " + ECHO_VERSION + " " + RoleText(settings.role) + " " + settings.account
                 + "\n" + (link.IsUp() ? "connected" : "not connected: " + link.trouble) + "\n";
   text += "verdict: " + (gate.status == "" ? "none yet" : gate.status)
           + (gate.reason == "" ? "" : " (" + gate.reason + ")") + "\n";
   if(gate.Rejected() != "")
      text += "rejected symbols: " + gate.Rejected() + "\n";
   if(!view.at_home)
      text += "blocked: the terminal is logged in to " + view.account + " at " + view.server + "\n";
   else
      if(!view.connected)
         text += "blocked: the terminal is not connected, or may not trade\n";
   if(journal.last_action != "")
      text += "last: " + journal.last_action + "\n";
   if(waiting != "")
      text += "waiting: " + waiting + "\n";
   if(journal.last_trouble != "")
      text += journal.last_trouble + "\n";
   journal.Show(text);
  }
#endif
