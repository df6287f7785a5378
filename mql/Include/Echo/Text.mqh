//+------------------------------------------------------------------+
//| Text.mqh - numbers and texts as they stand on the wire           |
//+------------------------------------------------------------------+
#ifndef ECHO_TEXT_MQH
#define ECHO_TEXT_MQH

#define ECHO_SAME 0.00000001

// Two lots or two prices that a broker would not tell apart.
bool Same(double one, double other)
  {
   return(MathAbs(one - other) < ECHO_SAME);
  }

// A number with all the decimals that it has, up to eight, and never an exponent.
string NumberText(double value)
  {
   string text = DoubleToString(value, 8);
   int length = StringLen(text);
   while(length > 1 && StringGetCharacter(text, length - 1) == '0')
      length--;
   if(StringGetCharacter(text, length - 1) == '.')
      length--;
   text = StringSubstr(text, 0, length);
   return(text == "-0" ? "0" : text);
  }

string LongText(long value)
  {
   return(IntegerToString(value));
  }

string FlagText(bool value)
  {
   return(value ? "true" : "false");
  }

string SideText(int side)
  {
   return(side > 0 ? "BUY" : "SELL");
  }

bool IsHighSurrogate(ushort c)
  {
   return(c >= 0xD800 && c < 0xDC00);
  }

bool IsLowSurrogate(ushort c)
  {
   return(c >= 0xDC00 && c < 0xE000);
  }

// How many bytes a text has in UTF-8.
int Utf8Bytes(string text)
  {
   int bytes = 0;
   int length = StringLen(text);
   for(int i = 0; i < length; i++)
     {
      ushort c = StringGetCharacter(text, i);
      if(c < 0x80)
         bytes += 1;
      else
         if(c < 0x800 || IsHighSurrogate(c) || IsLowSurrogate(c))
            bytes += 2;
         else
            bytes += 3;
     }
   return(bytes);
  }

// One character of a JSON text; half of a surrogate pair has no place in UTF-8.
string EscapedCharacter(string text, int i, ushort c)
  {
   if(c == '"')
      return("\\\"");
   if(c == '\\')
      return("\\\\");
   if(c == '\n')
      return("\\n");
   if(c == '\r')
      return("\\r");
   if(c == '\t')
      return("\\t");
   if(c < 32)
      return(" ");
   if(IsHighSurrogate(c))
      return(i + 1 < StringLen(text) && IsLowSurrogate(StringGetCharacter(text, i + 1))
             ? ShortToString(c) : "?");
   if(IsLowSurrogate(c))
      return(i > 0 && IsHighSurrogate(StringGetCharacter(text, i - 1)) ? ShortToString(c) : "?");
   return(ShortToString(c));
  }

bool NeedsEscape(ushort c)
  {
   return(c < 32 || c == '"' || c == '\\' || (c >= 0xD800 && c < 0xE000));
  }

// A text in quotes, escaped as JSON wants it and no further.
string Quoted(string text)
  {
   int length = StringLen(text);
   string quoted = "\"";
   int from = 0;
   for(int i = 0; i < length; i++)
     {
      ushort c = StringGetCharacter(text, i);
      if(!NeedsEscape(c))
         continue;
      if(i > from)
         quoted += StringSubstr(text, from, i - from);
      quoted += EscapedCharacter(text, i, c);
      from = i + 1;
     }
   if(from < length)
      quoted += StringSubstr(text, from, length - from);
   return(quoted + "\"");
  }

string HexText(const uchar &bytes[], int first, int count)
  {
   string hex = "";
   for(int i = first; i < first + count; i++)
      hex += StringFormat("%02x", (int)bytes[i]);
   return(hex);
  }

int HexDigit(ushort c)
  {
   if(c >= '0' && c <= '9')
      return((int)c - '0');
   if(c >= 'a' && c <= 'f')
      return((int)c - 'a' + 10);
   if(c >= 'A' && c <= 'F')
      return((int)c - 'A' + 10);
   return(-1);
  }

string LowerText(string text)
  {
   StringToLower(text);
   return(text);
  }

string UpperText(string text)
  {
   StringToUpper(text);
   return(text);
  }

bool StartsWith(string text, string head)
  {
   return(StringLen(head) <= StringLen(text) && StringSubstr(text, 0, StringLen(head)) == head);
  }

bool EndsWith(string text, string tail)
  {
   int from = StringLen(text) - StringLen(tail);
   return(from >= 0 && StringSubstr(text, from) == tail);
  }

string TrimmedText(string text)
  {
   StringTrimLeft(text);
   StringTrimRight(text);
   return(text);
  }
#endif
