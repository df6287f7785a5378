//+------------------------------------------------------------------+
//| Mt4/Door.mqh - positions, history and orders of MetaTrader 4     |
//+------------------------------------------------------------------+
#ifndef ECHO_MT4_DOOR_MQH
#define ECHO_MT4_DOOR_MQH
#include "../Codes.mqh"
#include "../Terminal.mqh"

#define ANY_SLIPPAGE 10000

CSymbolReader g_symbols;
CConnection   g_connection;
int           g_history_total = -1;
long          g_history_last = 0;
long          g_history_first_ms = 0;

// What MetaTrader leaves in the comment of an order that was closed by itself.
string Mt4Reason(string comment)
  {
   if(EndsWith(comment, "[sl]"))
      return("sl");
   if(EndsWith(comment, "[tp]"))
      return("tp");
   return(StartsWith(comment, "so:") || EndsWith(comment, "[so]") ? "so" : "manual");
  }

// Takes the order that is selected.
void TakePosition(SPosition &position)
  {
   position.ticket = OrderTicket();
   position.root = OrderTicket();
   position.symbol = OrderSymbol();
   position.side = OrderType() % 2 == 0 ? 1 : -1;
   position.lot = OrderLots();
   position.price = OrderOpenPrice();
   position.stop_loss = OrderStopLoss();
   position.take_profit = OrderTakeProfit();
   position.profit = OrderProfit();
   position.magic = OrderMagicNumber();
   position.comment = OrderComment();
   position.open_ms = (long)OrderOpenTime() * 1000;
  }

void TakeDeal(SDeal &deal)
  {
   deal.ticket = OrderTicket();
   deal.position_id = OrderTicket();
   deal.symbol = OrderSymbol();
   deal.side = OrderType() == OP_BUY ? 1 : -1;
   deal.lot = OrderLots();
   deal.open_price = OrderOpenPrice();
   deal.close_price = OrderClosePrice();
   deal.open_ms = (long)OrderOpenTime() * 1000;
   deal.close_ms = (long)OrderCloseTime() * 1000;
   deal.profit = OrderProfit();
   deal.swap = OrderSwap();
   deal.commission = OrderCommission();
   deal.magic = OrderMagicNumber();
   deal.comment = OrderComment();
   deal.reason = Mt4Reason(deal.comment);
  }

void ReadOrders(CView &view)
  {
   int positions = 0;
   int pendings = 0;
   int total = OrdersTotal();
   ArrayResize(view.positions, total, 64);
   ArrayResize(view.pendings, total, 64);
   for(int i = 0; i < total; i++)
     {
      if(!OrderSelect(i, SELECT_BY_POS, MODE_TRADES))
         continue;
      if(OrderType() <= OP_SELL)
        {
         TakePosition(view.positions[positions]);
         positions++;
        }
      else
        {
         TakePosition(view.pendings[pendings]);
         pendings++;
        }
     }
   ArrayResize(view.positions, positions, 64);
   ArrayResize(view.pendings, pendings, 64);
  }

// The history is as long as the tab of the terminal shows it; its oldest entry, the deposit as a
// rule, tells how far it reaches.
void ReadHistory(CView &view)
  {
   int total = OrdersHistoryTotal();
   long last = total > 0 && OrderSelect(total - 1, SELECT_BY_POS, MODE_HISTORY) ? OrderTicket() : 0;
   long first_ms = total > 0 && OrderSelect(0, SELECT_BY_POS, MODE_HISTORY)
                   ? (long)OrderOpenTime() * 1000 : 0;
   if(total == g_history_total && last == g_history_last && first_ms == g_history_first_ms)
      return;
   g_history_first_ms = first_ms;
   g_history_total = total;
   g_history_last = last;
   view.history_revision++;
   view.history_from_ms = LONG_MAX;
   int deals = 0;
   ArrayResize(view.history, total, 256);
   for(int i = 0; i < total; i++)
     {
      if(!OrderSelect(i, SELECT_BY_POS, MODE_HISTORY))
         continue;
      if((long)OrderOpenTime() * 1000 < view.history_from_ms)
         view.history_from_ms = (long)OrderOpenTime() * 1000;
      if(OrderType() > OP_SELL)
         continue;
      TakeDeal(view.history[deals]);
      deals++;
     }
   ArrayResize(view.history, deals, 256);
  }

void DoorView(CView &view, SSettings &settings)
  {
   view.mt5 = false;
   view.mode = "hedging";
   view.server_ms = (long)TimeCurrent() * 1000;
   ReadAccount(view);
   g_connection.Read(view, settings);
   if(SymbolInfoInteger(Symbol(), SYMBOL_TIME) == 0)
      view.synchronised = false;
   ReadOrders(view);
   ReadHistory(view);
   g_symbols.Read(view, settings);
  }

void Failed(SReply &reply)
  {
   reply.code = GetLastError();
   reply.reading = reply.code == 0 ? READING_DOUBT : ReadingOf(false, reply.code);
  }

void DoorOpen(SOrder &order, SReply &reply)
  {
   ResetLastError();
   int slippage = order.deviation_points < 0 ? ANY_SLIPPAGE : order.deviation_points;
   int ticket = OrderSend(order.symbol, order.side > 0 ? OP_BUY : OP_SELL, order.lot, order.price,
                          slippage, order.stop_loss, order.take_profit, order.comment,
                          (int)order.magic, 0, clrNONE);
   if(ticket <= 0)
     {
      Failed(reply);
      return;
     }
   reply.reading = READING_DONE;
   reply.ticket = ticket;
   reply.lot = order.lot;
   reply.price = order.price;
   if(OrderSelect(ticket, SELECT_BY_TICKET))
     {
      reply.lot = OrderLots();
      reply.price = OrderOpenPrice();
     }
  }

// The new ticket of what a partial close has left: by its comment, else by its shape.
long RestTicket(const SPosition &position, double rest)
  {
   long by_shape = 0;
   int total = OrdersTotal();
   for(int i = 0; i < total; i++)
     {
      if(!OrderSelect(i, SELECT_BY_POS, MODE_TRADES))
         continue;
      if(CameFrom(OrderComment()) == position.ticket)
         return(OrderTicket());
      if(OrderTicket() != position.ticket && OrderSymbol() == position.symbol
         && OrderMagicNumber() == position.magic && Same(OrderOpenPrice(), position.price)
         && (long)OrderOpenTime() * 1000 == position.open_ms && Same(OrderLots(), rest))
         by_shape = OrderTicket();
     }
   return(by_shape);
  }

void DoorClose(const SPosition &position, double lot, SReply &reply)
  {
   ResetLastError();
   double price = SymbolInfoDouble(position.symbol, position.side > 0 ? SYMBOL_BID : SYMBOL_ASK);
   if(!OrderClose((int)position.ticket, lot, price, ANY_SLIPPAGE, clrNONE))
     {
      Failed(reply);
      return;
     }
   reply.reading = READING_DONE;
   reply.lot = lot;
   reply.price = price;
   if(OrderSelect((int)position.ticket, SELECT_BY_TICKET) && OrderClosePrice() > 0.0)
      reply.price = OrderClosePrice();
   if(lot < position.lot - ECHO_SAME)
      reply.new_ticket = RestTicket(position, position.lot - lot);
  }

void DoorLevels(const SPosition &position, double stop_loss, double take_profit, SReply &reply)
  {
   ResetLastError();
   reply.reading = READING_DONE;
   if(OrderModify((int)position.ticket, position.price, stop_loss, take_profit, 0, clrNONE))
      return;
   Failed(reply);
   if(reply.code == 1)
      reply.reading = READING_DONE;
  }

void DoorDelete(long ticket, SReply &reply)
  {
   ResetLastError();
   reply.reading = READING_DONE;
   if(!OrderDelete((int)ticket, clrNONE))
      Failed(reply);
  }
#endif
