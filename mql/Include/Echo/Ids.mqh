//+------------------------------------------------------------------+
//| Ids.mqh - identities are derived, never made up                  |
//+------------------------------------------------------------------+
#ifndef ECHO_IDS_MQH
#define ECHO_IDS_MQH
#include "Pipe.mqh"
#include "Text.mqh"

#define ECHO_SEQ_CLOSE 2147483647
#define TAG_DIGITS 25
#define TAG_DIGITS_MIN 12
#define CROCKFORD "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

string Sha256Hex(string text, int bytes)
  {
   uchar digest[32];
   ArrayInitialize(digest, 0);
   if(EchoSha256(text, digest) != 32)
      return("");
   return(HexText(digest, 0, bytes));
  }

string HexOfLong(ulong value, int digits)
  {
   string hex = "";
   for(int i = 0; i < digits; i++)
     {
      hex = StringFormat("%x", (int)(value & 15)) + hex;
      value >>= 4;
     }
   return(hex);
  }

// A UUID of version 7 whose random bits are the first 74 bits of the hash of *text*.
string DerivedUuid(long high_48, string text)
  {
   uchar digest[32];
   ArrayInitialize(digest, 0);
   EchoSha256(text, digest);
   ulong upper = ((ulong)digest[0] << 4) | ((ulong)digest[1] >> 4);
   ulong lower = (ulong)(digest[1] & 15);
   for(int i = 2; i <= 8; i++)
      lower = (lower << 8) | (ulong)digest[i];
   lower = (lower << 2) | ((ulong)digest[9] >> 6);
   lower |= (ulong)1 << 63;
   string low = HexOfLong(lower, 16);
   string high = HexOfLong((ulong)high_48, 12);
   return(StringSubstr(high, 0, 8) + "-" + StringSubstr(high, 8, 4) + "-7" + HexOfLong(upper, 3) + "-"
          + StringSubstr(low, 0, 4) + "-" + StringSubstr(low, 4, 12));
  }

// The id of a master's position; *opened_ms* exactly as the terminal reports it.
string TradeIdOf(string server, string account, long root_ticket, long opened_ms)
  {
   return(DerivedUuid(opened_ms, server + "|" + account + "|" + LongText(root_ticket) + "|"
                      + LongText(opened_ms)));
  }

string UuidHex(string uuid)
  {
   StringReplace(uuid, "-", "");
   return(uuid);
  }

long HexToLong(string hex)
  {
   long value = 0;
   int length = StringLen(hex);
   for(int i = 0; i < length; i++)
      value = value * 16 + HexDigit(StringGetCharacter(hex, i));
   return(value);
  }

// When a trade was opened, by the broker's clock, as its id says.
long OpenedAt(string trade_id)
  {
   return(HexToLong(StringSubstr(UuidHex(trade_id), 0, 12)));
  }

bool IsUuid(string text)
  {
   if(StringLen(text) != 36)
      return(false);
   for(int i = 0; i < 36; i++)
     {
      ushort c = StringGetCharacter(text, i);
      bool dash = i == 8 || i == 13 || i == 18 || i == 23;
      if(dash ? c != '-' : (HexDigit(c) < 0 || (c >= 'A' && c <= 'F')))
         return(false);
     }
   return(true);
  }

bool IsUuid7(string text)
  {
   if(!IsUuid(text) || StringGetCharacter(text, 14) != '7')
      return(false);
   ushort variant = StringGetCharacter(text, 19);
   return(variant == '8' || variant == '9' || variant == 'a' || variant == 'b');
  }

void AppendBits(uchar &bits[], int &count, string hex, int skip, int take)
  {
   int length = StringLen(hex) * 4;
   for(int i = 0; i < length; i++)
     {
      if(i < skip || take <= 0)
         continue;
      int digit = HexDigit(StringGetCharacter(hex, i / 4));
      bits[count] = (uchar)((digit >> (3 - i % 4)) & 1);
      count++;
      take--;
     }
  }

// The order comment of a trade's copies: what distinguishes comes first, for tails are cut off.
string OrderTag(string trade_id)
  {
   uchar bits[125];
   ArrayInitialize(bits, 0);
   int count = 0;
   string hex = UuidHex(trade_id);
   if(IsUuid7(trade_id))
     {
      AppendBits(bits, count, StringSubstr(hex, 13, 3), 0, 12);
      AppendBits(bits, count, StringSubstr(hex, 16, 16), 2, 62);
      AppendBits(bits, count, StringSubstr(hex, 0, 12), 0, 48);
     }
   else
      AppendBits(bits, count, Sha256Hex(LowerText(trade_id), 16), 0, 122);
   string tag = "E";
   string digits = CROCKFORD;
   for(int i = 0; i < TAG_DIGITS; i++)
     {
      int value = 0;
      for(int j = 0; j < 5; j++)
         value = value * 2 + (int)bits[i * 5 + j];
      tag += StringSubstr(digits, value, 1);
     }
   return(tag);
  }

// The longest leading run of tag characters behind the E, in canonical spelling.
string TagPrefix(string comment)
  {
   string upper = UpperText(StringSubstr(comment, 0, 1 + TAG_DIGITS));
   if(StringLen(upper) == 0 || StringGetCharacter(upper, 0) != 'E')
      return("");
   string prefix = "";
   string digits = CROCKFORD;
   int length = StringLen(upper);
   for(int i = 1; i < length; i++)
     {
      string c = StringSubstr(upper, i, 1);
      if(c == "I" || c == "L")
         c = "1";
      if(c == "O")
         c = "0";
      if(StringFind(digits, c) < 0)
         break;
      prefix += c;
     }
   return(prefix);
  }

bool CommentNamesTag(string comment, string tag)
  {
   string prefix = TagPrefix(comment);
   return(StringLen(prefix) >= TAG_DIGITS_MIN && StartsWith(StringSubstr(tag, 1), prefix));
  }

// Names the trace of a trade and the span of one action (W3C Trace Context).
string TraceParent(string trade_id, long seq)
  {
   return("00-" + UuidHex(trade_id) + "-" + Sha256Hex(trade_id + "|" + LongText(seq), 8) + "-01");
  }

class CCrc32
  {
private:
   uint              m_table[256];

public:
                     CCrc32(void);
   uint              Of(const uchar &bytes[], int first, int count) const;
  };

CCrc32::CCrc32(void)
  {
   for(int i = 0; i < 256; i++)
     {
      uint value = (uint)i;
      for(int bit = 0; bit < 8; bit++)
         value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
      m_table[i] = value;
     }
  }

uint CCrc32::Of(const uchar &bytes[], int first, int count) const
  {
   uint value = 0xFFFFFFFF;
   for(int i = first; i < first + count; i++)
      value = (value >> 8) ^ m_table[(int)((value ^ (uint)bytes[i]) & 255)];
   return(value ^ 0xFFFFFFFF);
  }
#endif
