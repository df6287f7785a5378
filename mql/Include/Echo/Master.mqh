//+------------------------------------------------------------------+
//| Master.mqh - notices what happens on its account and reports it  |
//+------------------------------------------------------------------+
#ifndef ECHO_MASTER_MQH
#define ECHO_MASTER_MQH
#include "Dispatch.mqh"
#include "Reports.mqh"

#define TELL_MS 5000
#define COMPACT_MS 3600000
// A position that appears after a longer gap may have been there for a while.
#define WATCHED_MS 2000

class CMaster
  {
private:
   CDispatch         m_dispatch;
   CSnapshots        m_snapshots;
   bool              m_looked;
   long              m_looked_ms;
   long              m_tell_ms;
   long              m_compact_ms;
   long              m_passed_over[];

   void              PipeUp(void);
   void              Heard(string line);
   void              Look(void);
   void              Changed(int trade, const SPosition &position);
   void              Opened(const SPosition &position, bool watched);
   void              Closed(int trade);
   int               DealOf(long ticket) const;
   void              Tell(void);
   string            TradeId(const SPosition &position);

public:
   CDesk             desk;

                     CMaster(void);
   bool              Attach(void);
   void              Turn(bool connect);
   void              Detach(void);
  };

CMaster::CMaster(void)
  {
   m_looked = false;
   m_looked_ms = 0;
   m_tell_ms = 0;
   m_compact_ms = 0;
  }

bool CMaster::Attach(void)
  {
   bool opened = desk.Attach("outbox");
   m_snapshots.Attached(desk.view);
   m_dispatch.Restored(desk);
   m_compact_ms = desk.now_ms + COMPACT_MS;
   if(!opened)
      desk.Alarm("outbox", "OUTBOX_UNWRITABLE", "the outbox cannot be opened", "");
   Look();
   return(true);
  }

void CMaster::Detach(void)
  {
   desk.link.Close("the EA was taken off its chart", desk.now_ms);
   desk.file.Close();
  }

// Everything that is to be done now; *connect*: the pipe may be opened, too.
void CMaster::Turn(bool connect)
  {
   desk.Clock();
   desk.See();
   // With what another account trades an introduction would mislead.
   if(connect && desk.view.at_home && desk.link.Connect(desk.settings, desk.now_ms))
      PipeUp();
   bool was_up = desk.link.IsUp();
   string line = "";
   for(int i = 0; i < LINES_PER_TURN && desk.link.Read(line, desk.now_ms); i++)
      Heard(line);
   Look();
   m_dispatch.Turn(desk);
   if(desk.link.IsUp() && desk.now_ms >= m_tell_ms)
      Tell();
   if(!desk.link.Beat(desk.settings, desk.now_ms, desk.wall_ms))
      desk.link.Close(desk.link.trouble, desk.now_ms);
   if(was_up && !desk.link.IsUp())
     {
      desk.link.Close(desk.link.trouble, desk.now_ms);
      m_dispatch.PipeClosed();
     }
   if(desk.now_ms >= m_compact_ms)
     {
      m_compact_ms = desk.now_ms + COMPACT_MS;
      m_dispatch.outbox.Compact(desk);
     }
   desk.Show(m_dispatch.Trouble());
  }

void CMaster::PipeUp(void)
  {
   SayHandshake(desk, m_dispatch.outbox.n, "");
   desk.link.Opened(desk.settings, desk.now_ms, desk.wall_ms);
   Tell();
  }

void CMaster::Heard(string line)
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
      bool first = !desk.link.Probed();
      if(desk.link.Answered(reader.Text(0, "id"), reader.Integer(0, "mono_ms", 0)) && first)
         m_dispatch.ClockKnown(desk);
      return;
     }
   if(!reader.Is(payload, JSON_OBJECT))
     {
      desk.Alarm("input", "LINE_REFUSED", "a " + type + " without payload", "");
      return;
     }
   if(type == "session" || type == "delivery_config")
      desk.link.Agreed(reader, payload, type == "session");
   else
      if(type == "symbol_registration_result")
         desk.Judged(reader, payload);
      else
         if(type == "trade_intent_ack")
            m_dispatch.Acknowledged(desk, reader, payload);
         else
            desk.journal.Note(desk.settings, "ignored", type);
  }

// Reports every difference between what was reported and what is there.
void CMaster::Look(void)
  {
   if(!desk.view.Conclusive())
      return;
   bool watched = m_looked && desk.now_ms - m_looked_ms <= WATCHED_MS;
   m_looked = true;
   m_looked_ms = desk.now_ms;
   int count = m_dispatch.outbox.trade_count;
   string trade_ids[];
   int found[];
   long explained[];
   ArrayResize(trade_ids, count);
   ArrayResize(found, count);
   for(int i = 0; i < count; i++)
     {
      trade_ids[i] = m_dispatch.outbox.trades[i].trade_id;
      found[i] = CurrentPosition(desk.view, m_dispatch.outbox.trades[i].position.ticket);
      if(found[i] >= 0)
         AddTicket(explained, desk.view.positions[found[i]].ticket);
     }
   for(int i = 0; i < count; i++)
     {
      int trade = m_dispatch.outbox.Trade(trade_ids[i]);
      if(found[i] < 0 && !desk.view.mt5)
        {
         found[i] = RestByShape(desk.view, m_dispatch.outbox.trades[trade].position, explained);
         if(found[i] >= 0)
            AddTicket(explained, desk.view.positions[found[i]].ticket);
        }
      if(found[i] < 0)
         Closed(trade);
      else
         Changed(trade, desk.view.positions[found[i]]);
     }
   int positions = ArraySize(desk.view.positions);
   for(int i = 0; i < positions; i++)
      if(!HasTicket(explained, desk.view.positions[i].ticket))
         Opened(desk.view.positions[i], watched);
  }

void CMaster::Changed(int trade, const SPosition &position)
  {
   string trade_id = m_dispatch.outbox.trades[trade].trade_id;
   SPosition before = m_dispatch.outbox.trades[trade].position;
   long seq = m_dispatch.outbox.trades[trade].seq;
   if(position.lot < before.lot - ECHO_SAME || position.ticket != before.ticket)
     {
      seq++;
      string body = CommonBody(desk, trade_id, seq, position) + ",\"ticket\":"
                    + LongText(before.ticket) + ",\"lot_size\":" + NumberText(before.lot - position.lot)
                    + ",\"volume_remaining\":" + NumberText(position.lot);
      if(position.ticket != before.ticket)
         body += ",\"new_ticket\":" + LongText(position.ticket);
      m_dispatch.Report(desk, "reduce", trade_id, seq, body + ",\"reason\":\"manual\""
                        + TracedBody(desk, trade_id, seq), AGE_UNKNOWN);
     }
   string levels = "";
   if(!Same(position.stop_loss, before.stop_loss))
      levels += ",\"stop_loss\":" + NumberText(position.stop_loss);
   if(!Same(position.take_profit, before.take_profit))
      levels += ",\"take_profit\":" + NumberText(position.take_profit);
   if(levels == "")
      return;
   seq++;
   m_dispatch.Report(desk, "modify", trade_id, seq, CommonBody(desk, trade_id, seq, position)
                     + ",\"ticket\":" + LongText(position.ticket) + levels
                     + TracedBody(desk, trade_id, seq), AGE_UNKNOWN);
  }

void CMaster::Opened(const SPosition &position, bool watched)
  {
   if(!Listed(desk.settings.magics, LongText(position.magic)))
      return;
   if(desk.gate.Rejects(position.symbol))
     {
      if(!HasTicket(m_passed_over, position.ticket))
         AddTicket(m_passed_over, position.ticket);
      return;
     }
   string trade_id = TradeId(position);
   int twin = m_dispatch.outbox.Trade(trade_id);
   if(twin >= 0)
     {
      desk.Alarm("twin:" + trade_id, "TWIN_POSITION", "ticket " + LongText(position.ticket) + " and "
                 + LongText(m_dispatch.outbox.trades[twin].position.ticket) + " are one trade",
                 trade_id);
      return;
     }
   bool is_new = watched && !HasTicket(m_passed_over, position.ticket);
   long age_ms = is_new ? 0 : desk.AgeMs(position.open_ms);
   int symbol = desk.view.Symbol(position.symbol);
   string body = OpenBody(desk, trade_id, position);
   if(symbol >= 0)
      body += ChartBody(desk.settings, desk.view.symbols[symbol]);
   m_dispatch.Report(desk, "open", trade_id, 0, body, age_ms);
  }

int CMaster::DealOf(long ticket) const
  {
   for(int i = ArraySize(desk.view.history) - 1; i >= 0; i--)
      if(desk.view.history[i].ticket == ticket || desk.view.history[i].position_id == ticket)
         return(i);
   return(-1);
  }

void CMaster::Closed(int trade)
  {
   string trade_id = m_dispatch.outbox.trades[trade].trade_id;
   SPosition position = m_dispatch.outbox.trades[trade].position;
   int deal = DealOf(position.ticket);
   string body = CommonBody(desk, trade_id, ECHO_SEQ_CLOSE, position) + ",\"ticket\":"
                 + LongText(position.ticket);
   string reason = "manual";
   if(deal >= 0)
     {
      body += ",\"close_price\":" + NumberText(desk.view.history[deal].close_price) + ",\"profit\":"
              + NumberText(desk.view.history[deal].profit);
      if(desk.view.history[deal].reason != "")
         reason = desk.view.history[deal].reason;
     }
   body += ",\"lot_size\":" + NumberText(position.lot) + ",\"reason\":\"" + reason + "\"";
   m_dispatch.Report(desk, "close", trade_id, ECHO_SEQ_CLOSE,
                     body + TracedBody(desk, trade_id, ECHO_SEQ_CLOSE), AGE_UNKNOWN);
  }

// Lists what is open, and shows the account; a list that lacks a trade says that it is over, so
// nothing is listed while the terminal may not see everything.
void CMaster::Tell(void)
  {
   m_tell_ms = desk.now_ms + TELL_MS;
   if(!desk.view.at_home)
      return;
   if(desk.view.Conclusive())
     {
      SOpenTrade trades[];
      for(int i = 0; i < m_dispatch.outbox.trade_count; i++)
         AddOpenTrade(trades, m_dispatch.outbox.trades[i].position.ticket,
                      m_dispatch.outbox.trades[i].position.lot,
                      m_dispatch.outbox.trades[i].trade_id, "");
      int count = ArraySize(desk.view.positions);
      for(int i = 0; i < count; i++)
         if(m_dispatch.outbox.TradeAt(desk.view.positions[i].ticket) < 0)
            AddOpenTrade(trades, desk.view.positions[i].ticket, desk.view.positions[i].lot,
                         TradeId(desk.view.positions[i]), "");
      SayOpenTrades(desk, trades);
     }
   m_snapshots.Tell(desk);
  }

string CMaster::TradeId(const SPosition &position)
  {
   return(TradeIdOf(desk.view.server, desk.settings.account, RootTicket(desk.view, position),
                    position.open_ms));
  }
#endif
