//+------------------------------------------------------------------+
//| Entries.mqh - what is checked before each attempt of an open     |
//+------------------------------------------------------------------+
#ifndef ECHO_ENTRIES_MQH
#define ECHO_ENTRIES_MQH
#include "Answers.mqh"
#include "Codes.mqh"

#define MINUTE_MS 60000

enum ENUM_VERDICT
  {
   VERDICT_GO     = 0,
   VERDICT_WAIT   = 1,
   VERDICT_REFUSE = 2
  };

// A "no" with its code, or what an open waits for.
struct SVerdict
  {
   ENUM_VERDICT      verdict;
   string            code;
   string            sentence;
  };

void Go(SVerdict &verdict)
  {
   verdict.verdict = VERDICT_GO;
   verdict.code = "";
   verdict.sentence = "";
  }

void Refuse(SVerdict &verdict, string code, string sentence)
  {
   verdict.verdict = VERDICT_REFUSE;
   verdict.code = code;
   verdict.sentence = sentence;
  }

void Wait(SVerdict &verdict, string sentence)
  {
   verdict.verdict = VERDICT_WAIT;
   verdict.code = "";
   verdict.sentence = sentence;
  }

string PointsText(double points)
  {
   return(DoubleToString(points, 1) + " pt");
  }

// The checks that need no other open: time, permission, price, the EA's own limits.
class CEntries
  {
private:
   long              m_sent_ms[];
   double            m_sent_lot[];

public:
   bool              Unclocked(CSlaveDesk &desk, SCommand &command) const;
   long              TtlLeftMs(CSlaveDesk &desk, SCommand &command) const;
   bool              MayBeAFormerLifes(CSlaveDesk &desk, SCommand &command) const;
   long              AgeMs(CSlaveDesk &desk, SCommand &command) const;
   void              CheckPlace(CSlaveDesk &desk, SCommand &command, SVerdict &verdict) const;
   void              CheckPrice(CSlaveDesk &desk, SCommand &command, bool &seen,
                                double &first_entry, SVerdict &verdict) const;
   void              CheckExcess(CSlaveDesk &desk, SCommand &command, SVerdict &verdict);
   void              Sent(CSlaveDesk &desk, SCommand &command);
  };

// Whether an entry's time cannot be told before a pong.
bool CEntries::Unclocked(CSlaveDesk &desk, SCommand &command) const
  {
   return(command.has_ttl && command.has_sent && !desk.link.Probed());
  }

// What is left of the entry's time; a command that carries none, or no clock to measure it by, has
// none left.
long CEntries::TtlLeftMs(CSlaveDesk &desk, SCommand &command) const
  {
   if(!command.has_ttl || !command.has_sent)
      return(0);
   return(command.ttl_ms - desk.link.ElapsedMs(command.sent_mono_ms, desk.now_ms));
  }

// Whether, with a ledger that cannot be trusted, an EA before this one may have sent it.  Two
// clocks of different hosts may each be off by five percent.
bool CEntries::MayBeAFormerLifes(CSlaveDesk &desk, SCommand &command) const
  {
   if(desk.ledger.warm)
      return(false);
   if(!command.has_age || !command.has_sent || !desk.link.Probed())
      return(true);
   long age_ms = command.age_ms + desk.link.ElapsedMs(command.sent_mono_ms, desk.now_ms);
   return(age_ms * 11 >= desk.AloneMs() * 10);
  }

// How old the command is at most; -1 = nobody knows: as old as anything.
long CEntries::AgeMs(CSlaveDesk &desk, SCommand &command) const
  {
   if(!command.has_age || !command.has_sent || !desk.link.Probed())
      return(-1);
   return(command.age_ms + desk.link.ElapsedMs(command.sent_mono_ms, desk.now_ms));
  }

// Refuses what does not belong here: wrong log-in, unknown or rejected symbol.
void CEntries::CheckPlace(CSlaveDesk &desk, SCommand &command, SVerdict &verdict) const
  {
   Go(verdict);
   if(!desk.view.at_home)
      Refuse(verdict, "SESSION_CLOSED", "the terminal is logged in to " + desk.view.account + " at '"
             + desk.view.server + "', not to " + desk.settings.account + " at '"
             + desk.settings.server + "'");
   else
      if(desk.view.Symbol(command.symbol) < 0
         || !desk.view.symbols[desk.view.Symbol(command.symbol)].listed)
         Refuse(verdict, "SYMBOL_NOT_MAPPED", "the broker has no " + command.symbol);
      else
         if(desk.gate.Shut())
            Refuse(verdict, "HANDSHAKE_NOT_READY", "the account's handshake was rejected");
         else
            if(desk.gate.Rejects(command.symbol))
               Refuse(verdict, "SYMBOL_NOT_MAPPED", command.symbol + " was rejected");
  }

// Refuses a spread or a price beyond the limits, or says what to wait for.
void CEntries::CheckPrice(CSlaveDesk &desk, SCommand &command, bool &seen, double &first_entry,
                          SVerdict &verdict) const
  {
   Go(verdict);
   int symbol = desk.view.Symbol(command.symbol);
   if(!desk.view.connected)
     {
      Wait(verdict, "the terminal is not connected, or may not trade");
      return;
     }
   if(!desk.view.HasPrice(symbol))
     {
      Wait(verdict, command.symbol + " has no price");
      return;
     }
   double point = desk.Point(command.symbol);
   double spread = (desk.view.symbols[symbol].ask - desk.view.symbols[symbol].bid) / point;
   if(command.has_spread && spread > command.spread_points + ECHO_SAME)
     {
      Refuse(verdict, "SPREAD_EXCEEDED", "spread " + PointsText(spread) + " > max "
             + NumberText(command.spread_points) + " pt");
      return;
     }
   double entry = desk.view.Entry(symbol, command.side);
   if(!seen)
      first_entry = entry;
   seen = true;
   double worse = (entry - first_entry) * command.side / point;
   if(command.has_slippage && worse > command.slippage_points + 0.000001)
      Refuse(verdict, "SLIPPAGE_EXCEEDED", "price " + PointsText(worse) + " worse than when the"
             + " command came > max " + NumberText(command.slippage_points) + " pt");
  }

// Refuses what exceeds the EA's own limits, whoever asks for it.
void CEntries::CheckExcess(CSlaveDesk &desk, SCommand &command, SVerdict &verdict)
  {
   Go(verdict);
   int held = ArraySize(desk.view.positions);
   int most = desk.settings.open_positions_max;
   if(most > 0 && held >= most)
     {
      Refuse(verdict, "MAX_TRADES", LongText(held) + " positions are open, at most "
             + LongText(most) + " allowed");
      return;
     }
   if(desk.settings.lots_per_minute_max <= 0.0)
      return;
   double lots = command.lot;
   int count = ArraySize(m_sent_ms);
   for(int i = 0; i < count; i++)
      if(m_sent_ms[i] > desk.now_ms - MINUTE_MS)
         lots += m_sent_lot[i];
   if(lots > desk.settings.lots_per_minute_max + ECHO_SAME)
      Refuse(verdict, "MAX_LOTS", NumberText(lots) + " lots within a minute > max "
             + NumberText(desk.settings.lots_per_minute_max));
  }

// Counts an order against the EA's own limits.
void CEntries::Sent(CSlaveDesk &desk, SCommand &command)
  {
   if(desk.settings.lots_per_minute_max <= 0.0)
      return;
   int kept = 0;
   int count = ArraySize(m_sent_ms);
   for(int i = 0; i < count; i++)
      if(m_sent_ms[i] > desk.now_ms - MINUTE_MS)
        {
         m_sent_ms[kept] = m_sent_ms[i];
         m_sent_lot[kept] = m_sent_lot[i];
         kept++;
        }
   ArrayResize(m_sent_ms, kept + 1, 64);
   ArrayResize(m_sent_lot, kept + 1, 64);
   m_sent_ms[kept] = desk.now_ms;
   m_sent_lot[kept] = command.lot;
  }
#endif
