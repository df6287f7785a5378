//+------------------------------------------------------------------+
//| Slave.mqh - does what it is told, at most once, and says what    |
//| came of it                                                       |
//+------------------------------------------------------------------+
#ifndef ECHO_SLAVE_MQH
#define ECHO_SLAVE_MQH
#include "Commands.mqh"
#include "Reports.mqh"
#include "Sweeps.mqh"

#define STATE_MS 1000
#define REPORT_MS 5000
#define SLAVE_COMPACT_MS 3600000

class CSlave
  {
private:
   COpenings         m_openings;
   CClosings         m_closings;
   CLevels           m_levels;
   CSweeps           m_sweeps;
   CQuotes           m_quotes;
   CSnapshots        m_snapshots;
   long              m_said_n;
   bool              m_levels_wait;
   bool              m_file_is_old;
   bool              m_warms;
   long              m_warm_ms;
   long              m_state_ms;
   long              m_quotes_ms;
   long              m_specs_ms;
   long              m_trades_ms;
   long              m_compact_ms;

   void              PipeUp(void);
   void              PipeDown(void);
   void              Heard(string line);
   void              Command(CJsonReader &reader, string type, int payload);
   void              Obey(SCommand &command);
   void              CompareLedger(void);
   void              DistrustFile(void);
   void              TakeUpLevels(void);
   void              Protect(void);
   void              Pump(void);
   void              Report(void);
   void              TellTrades(void);
   string            Trouble(void) const;

public:
   CSlaveDesk        desk;

                     CSlave(void);
   bool              Attach(void);
   void              Turn(bool connect);
   void              Detach(void);
  };

CSlave::CSlave(void)
  {
   m_said_n = 0;
   m_levels_wait = true;
   m_file_is_old = false;
   m_warms = false;
   m_warm_ms = 0;
   m_state_ms = 0;
   m_quotes_ms = 0;
   m_specs_ms = 0;
   m_trades_ms = 0;
   m_compact_ms = 0;
  }

bool CSlave::Attach(void)
  {
   bool opened = desk.Attach("ledger");
   m_snapshots.Attached(desk.view);
   if(!desk.ledger.Restore(desk))
      desk.Alarm("ledger", "LEDGER_UNREADABLE", "a record of the ledger lacks what its kind needs", "");
   if(!opened)
      desk.Alarm("ledger", "LEDGER_UNWRITABLE", "the ledger cannot be opened", "");
   if(!desk.file.usable)
      desk.Alarm("ledger", "LEDGER_COLD", "no ledger of this account: starting without", "");
   m_warms = !desk.ledger.warm;
   m_warm_ms = desk.now_ms + desk.settings.ttl_ms_max + desk.settings.doubt_ms;
   m_compact_ms = desk.now_ms + SLAVE_COMPACT_MS;
   m_openings.Restored(desk);
   return(true);
  }

void CSlave::Detach(void)
  {
   desk.link.Close("the EA was taken off its chart", desk.now_ms);
   desk.file.Close();
  }

// Everything that is to be done now; *connect*: the pipe may be opened, too.
void CSlave::Turn(bool connect)
  {
   desk.Clock();
   desk.See();
   TakeUpLevels();
   // With what another account trades an introduction would mislead.
   if(connect && desk.view.at_home && desk.link.Connect(desk.settings, desk.now_ms))
      PipeUp();
   bool was_up = desk.link.IsUp();
   string line = "";
   for(int i = 0; i < LINES_PER_TURN && desk.link.Read(line, desk.now_ms); i++)
     {
      Heard(line);
      Protect();
      // A broker that takes long must not make the quotes old while orders stand in line.
      m_quotes.Tell(desk, true);
     }
   Pump();
   AnswersTurn(desk);
   if(!desk.link.Beat(desk.settings, desk.now_ms, desk.wall_ms))
      desk.link.Close(desk.link.trouble, desk.now_ms);
   if(was_up && !desk.link.IsUp())
      PipeDown();
   Report();
   if(m_warms && desk.now_ms >= m_warm_ms)
     {
      m_warms = false;
      if(!desk.ledger.warm)
         desk.ledger.Warms(desk, true);
     }
   if(desk.now_ms >= m_compact_ms)
     {
      m_compact_ms = desk.now_ms + SLAVE_COMPACT_MS;
      desk.ledger.Compact(desk);
     }
   desk.Show(Trouble());
  }

string CSlave::Trouble(void) const
  {
   string opens = m_openings.Trouble();
   string closes = m_closings.Trouble();
   return(opens + (opens != "" && closes != "" ? "; " : "") + closes);
  }

void CSlave::PipeUp(void)
  {
   m_said_n = desk.ledger.n;
   SayHandshake(desk, m_said_n, desk.ledger.LastCommands());
   desk.link.Opened(desk.settings, desk.now_ms, desk.wall_ms);
   AnswersPipeUp(desk);
   m_quotes.Clear();
   m_specs_ms = 0;
   m_quotes_ms = 0;
   m_state_ms = 0;
   m_trades_ms = 0;
   Report();
  }

void CSlave::PipeDown(void)
  {
   desk.link.Close(desk.link.trouble, desk.now_ms);
   m_openings.PipeClosed(desk);
  }

void CSlave::Heard(string line)
  {
   CJsonReader reader;
   if(!reader.Parse(line))
     {
      desk.Alarm("input", "LINE_REFUSED", "a line of " + LongText(StringLen(line))
                 + " characters is no JSON object", "");
      return;
     }
   string type = reader.Text(0, "type");
   int payload = reader.Member(0, "payload");
   if(type == "pong")
     {
      if(desk.link.Answered(reader.Text(0, "id"), reader.Integer(0, "mono_ms", 0)))
         m_openings.Pump(desk);
      return;
     }
   if(!reader.Is(payload, JSON_OBJECT))
     {
      desk.Alarm("input", "LINE_REFUSED", "a " + type + " without payload", "");
      return;
     }
   if(type == "session" || type == "delivery_config")
     {
      desk.link.Agreed(reader, payload, type == "session");
      if(type == "session")
         CompareLedger();
      return;
     }
   if(type == "symbol_registration_result")
     {
      desk.Judged(reader, payload);
      TakeUpLevels();
      return;
     }
   if(type == "result_ack")
     {
      AcknowledgeResult(desk, LowerText(reader.Text(payload, "command_id")));
      return;
     }
   if(KindOf(type) != "")
      Command(reader, type, payload);
   else
      desk.journal.Note(desk.settings, "ignored", type);
  }

// Distrusts a file that ends before what the Core has seen of it: it is an old copy.  So is a whole
// one, if another EA with a file of its own served the account before.
void CSlave::CompareLedger(void)
  {
   if(desk.link.ledger_n > m_said_n)
     {
      desk.Alarm("ledger", "LEDGER_OLD", "the ledger ends at " + LongText(m_said_n)
                 + ", the Core has seen " + LongText(desk.link.ledger_n), "");
      if(desk.ledger.n < desk.link.ledger_n)
         desk.ledger.n = desk.link.ledger_n;
      DistrustFile();
     }
   if(desk.link.ledger_id != "" && desk.link.ledger_id != desk.file.file_id)
     {
      desk.Alarm("ledger", "LEDGER_OTHER",
                 "another EA, with a ledger of its own, served this account until now", "");
      desk.alone_since_ms = desk.now_ms;
      DistrustFile();
     }
  }

void CSlave::DistrustFile(void)
  {
   m_file_is_old = true;
   desk.ledger.Warms(desk, false);
   long left_ms = desk.settings.ttl_ms_max + desk.settings.doubt_ms - desk.AloneMs();
   m_warms = true;
   m_warm_ms = desk.now_ms + (left_ms > 0 ? left_ms : 0);
  }

// Sets the levels that a former life wanted, once it is sure that they are the last: by its first
// verdict the Core has said how much of the ledger it knows.
void CSlave::TakeUpLevels(void)
  {
   if(!m_levels_wait || desk.gate.status == "" || !desk.view.Conclusive())
      return;
   m_levels_wait = false;
   if(!m_file_is_old)
      m_levels.Restored(desk, m_openings);
  }

void CSlave::Command(CJsonReader &reader, string type, int payload)
  {
   SCommand command;
   string wrong = ReadCommand(reader, type, payload, command);
   if(wrong != "")
     {
      desk.Alarm("input", "LINE_REFUSED", "a " + type + ": " + wrong, "");
      return;
     }
   if(command.account != desk.settings.account)
      return;
   bool of_a_session = command.kind != "cancel" && command.kind != "flatten";
   if(of_a_session && (!desk.link.has_epoch || command.epoch != desk.link.epoch))
      return;
   desk.SayPayload("pipe_delivery_ack", "\"command_id\":\"" + command.command_id
                   + "\",\"target_account_id\":" + Quoted(command.account) + ",\"result\":\"OK\"");
   if(desk.Knows(command.command_id))
      RepeatResult(desk, command.command_id);
   else
      Obey(command);
  }

void CSlave::Obey(SCommand &command)
  {
   if(command.kind == "execute")
      m_openings.Heard(desk, command);
   if(command.kind == "modify")
      m_levels.Heard(desk, m_openings, command);
   if(command.kind == "close")
     {
      desk.ledger.Buries(desk, command.trade_id);
      m_openings.Bury(desk, command.trade_id);
     }
   if(command.kind == "close" || command.kind == "reduce")
      m_closings.Heard(desk, m_openings, command);
   if(command.kind == "cancel" || command.kind == "flatten")
      m_sweeps.Heard(desk, command);
  }

// Sets the levels of what was filled just now.
void CSlave::Protect(void)
  {
   for(int i = 0; i < ArraySize(desk.protect_next); i++)
      m_levels.Protect(desk, m_openings, desk.protect_next[i]);
   ArrayResize(desk.protect_next, 0);
  }

void CSlave::Pump(void)
  {
   m_openings.Pump(desk);
   Protect();
   m_closings.Pump(desk, m_openings);
   m_sweeps.Pump(desk);
   m_levels.Pump(desk, m_openings);
  }

// The regular reports, each at its own pace.  Of another account than the EA's own nothing is
// told: it would be taken for this one.
void CSlave::Report(void)
  {
   if(!desk.link.IsUp())
      return;
   if(desk.now_ms >= m_specs_ms)
     {
      m_specs_ms = desk.now_ms + REPORT_MS;
      if(desk.view.at_home)
         SaySpecs(desk);
     }
   bool repeat = desk.now_ms >= m_quotes_ms;
   if(repeat)
      m_quotes_ms = desk.now_ms + desk.settings.quotes_ms;
   m_quotes.Tell(desk, repeat);
   if(desk.now_ms >= m_state_ms)
     {
      m_state_ms = desk.now_ms + STATE_MS;
      m_snapshots.Tell(desk);
     }
   if(desk.now_ms >= m_trades_ms)
     {
      m_trades_ms = desk.now_ms + REPORT_MS;
      if(desk.view.at_home)
         TellTrades();
     }
  }

void CSlave::TellTrades(void)
  {
   SOpenTrade trades[];
   int count = ArraySize(desk.view.positions);
   for(int i = 0; i < count; i++)
     {
      string comment = desk.view.positions[i].comment;
      bool is_tagged = StringLen(TagPrefix(comment)) >= TAG_DIGITS_MIN;
      string owner = desk.ledger.OwnerOf(desk.view.positions[i].ticket);
      if(is_tagged || owner != "")
         AddOpenTrade(trades, desk.view.positions[i].ticket, desk.view.positions[i].lot, owner,
                      is_tagged ? comment : "");
     }
   SayOpenTrades(desk, trades);
  }
#endif
