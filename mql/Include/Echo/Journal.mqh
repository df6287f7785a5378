//+------------------------------------------------------------------+
//| Journal.mqh - log lines, alarms and the panel on the chart       |
//+------------------------------------------------------------------+
#ifndef ECHO_JOURNAL_MQH
#define ECHO_JOURNAL_MQH
#include "Index.mqh"
#include "Pipe.mqh"
#include "Settings.mqh"

#define ALARM_AGAIN_MS 300000

// Every line of the terminal's journal is one JSON object.
class CJournal
  {
private:
   CIndex            m_alarmed;
   string            m_shown;

   void              Begin(CJsonObject &line, SSettings &settings, string level, string feature,
                           string code, string sentence);
   void              Line(SSettings &settings, string level, string code, string sentence,
                          string trade_id, long seq);

public:
   string            last_action;
   string            last_trouble;

                     CJournal(void) { m_shown = ""; last_action = ""; last_trouble = ""; }
   void              Action(SSettings &settings, string code, string sentence, string trade_id,
                            long seq, long took_ms);
   void              Note(SSettings &settings, string code, string sentence);
   void              Handshake(SSettings &settings, string level, string event, string status,
                               string sentence, string evaluation_id);
   void              Alarm(SSettings &settings, string key, string code, string sentence,
                           string trade_id, long now_ms);
   void              Show(string text);
  };

void CJournal::Begin(CJsonObject &line, SSettings &settings, string level, string feature,
                     string code, string sentence)
  {
   line.Integer("timestamp", EchoNowMs());
   line.Text("level", level);
   line.Text("app", "echo-" + RoleText(settings.role) + "-ea");
   line.Text("feature", feature);
   line.Text("event", code);
   line.Text("message", sentence);
   line.Text("account_id", settings.account);
  }

// seq < 0 = it is about the trade, and about no one action of it.
void CJournal::Line(SSettings &settings, string level, string code, string sentence,
                    string trade_id, long seq)
  {
   CJsonObject line;
   Begin(line, settings, level, "Trading", code, sentence);
   if(trade_id != "")
     {
      line.Text("trade_id", trade_id);
      line.Text("trace_id", UuidHex(trade_id));
      if(seq >= 0)
         line.Integer("seq", seq);
     }
   Print(line.Done());
  }

void CJournal::Action(SSettings &settings, string code, string sentence, string trade_id, long seq,
                      long took_ms)
  {
   last_action = code + " " + sentence + ", " + LongText(took_ms) + " ms";
   if(settings.log_level != LOG_QUIET)
      Line(settings, "info", code, sentence, trade_id, seq);
   if(settings.debug_alerts)
      Alert("Echo: ", last_action);
  }

void CJournal::Note(SSettings &settings, string code, string sentence)
  {
   if(settings.log_level == LOG_ALL)
      Line(settings, "debug", code, sentence, "", -1);
  }

// What was said at a handshake, or about it.
void CJournal::Handshake(SSettings &settings, string level, string event, string status,
                         string sentence, string evaluation_id)
  {
   if(settings.log_level == LOG_QUIET && level == "info")
      return;
   CJsonObject line;
   Begin(line, settings, level, "Handshake", event, sentence);
   line.Integer("protocol_version", 3);
   line.Text("client_semver", ECHO_VERSION);
   if(status != "")
      line.Text("status", status);
   if(evaluation_id != "")
      line.Text("evaluation_id", evaluation_id);
   Print(line.Done());
  }

// Calls a person; the same alarm again only after five minutes.  trade_id is the one trade that it
// is about, "" = it is about none, or about several.
void CJournal::Alarm(SSettings &settings, string key, string code, string sentence, string trade_id,
                     long now_ms)
  {
   if(m_alarmed.Has(key + code) && now_ms - m_alarmed.Get(key + code, 0) < ALARM_AGAIN_MS)
      return;
   m_alarmed.Set(key + code, now_ms);
   last_trouble = code + ": " + sentence;
   Line(settings, "error", code, sentence, trade_id, -1);
   if(settings.alerts)
      Alert("Echo: ", last_trouble);
  }

void CJournal::Show(string text)
  {
   if(text == m_shown)
      return;
   m_shown = text;
   Comment(text);
  }
#endif
