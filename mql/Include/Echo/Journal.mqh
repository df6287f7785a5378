//+------------------------------------------------------------------+
//| Journal.mqh - log lines, alarms and the panel on the chart       |
//+------------------------------------------------------------------+
#ifndef ECHO_JOURNAL_MQH
#define ECHO_JOURNAL_MQH
#include "Index.mqh"
#include "Settings.mqh"

#define ALARM_AGAIN_MS 300000

// Every line of the terminal's journal is one JSON object.
class CJournal
  {
private:
   CIndex            m_alarmed;
   string            m_shown;

   void              Line(string level, string code, string sentence, string trade_id, long seq);

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
                           long now_ms);
   void              Show(string text);
  };

void CJournal::Line(string level, string code, string sentence, string trade_id, long seq)
  {
   CJsonObject line;
   line.Text("level", level);
   line.Text("event", code);
   line.Text("message", sentence);
   if(trade_id != "")
     {
      line.Text("trade_id", trade_id);
      line.Text("trace_id", UuidHex(trade_id));
      line.Integer("seq", seq);
     }
   Print(line.Done());
  }

void CJournal::Action(SSettings &settings, string code, string sentence, string trade_id, long seq,
                      long took_ms)
  {
   last_action = code + " " + sentence + ", " + LongText(took_ms) + " ms";
   if(settings.log_level != LOG_QUIET)
      Line("info", code, sentence, trade_id, seq);
   if(settings.debug_alerts)
      Alert("Echo: ", last_action);
  }

void CJournal::Note(SSettings &settings, string code, string sentence)
  {
   if(settings.log_level == LOG_ALL)
      Line("debug", code, sentence, "", 0);
  }

// What was said at a handshake, or about it.
void CJournal::Handshake(SSettings &settings, string level, string event, string status,
                         string sentence, string evaluation_id)
  {
   if(settings.log_level == LOG_QUIET && level == "info")
      return;
   CJsonObject line;
   line.Text("level", level);
   line.Text("app", "echo-" + RoleText(settings.role) + "-ea");
   line.Text("feature", "Handshake");
   line.Text("event", event);
   line.Text("message", sentence);
   line.Text("account_id", settings.account);
   line.Integer("protocol_version", 3);
   line.Text("client_semver", ECHO_VERSION);
   if(status != "")
      line.Text("status", status);
   if(evaluation_id != "")
      line.Text("evaluation_id", evaluation_id);
   Print(line.Done());
  }

// Calls a person; the same alarm again only after five minutes.
void CJournal::Alarm(SSettings &settings, string key, string code, string sentence, long now_ms)
  {
   if(m_alarmed.Has(key + code) && now_ms - m_alarmed.Get(key + code, 0) < ALARM_AGAIN_MS)
      return;
   m_alarmed.Set(key + code, now_ms);
   last_trouble = code + ": " + sentence;
   Line("error", code, sentence, "", 0);
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
