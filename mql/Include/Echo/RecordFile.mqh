//+------------------------------------------------------------------+
//| RecordFile.mqh - an append-only file that knows when it is torn  |
//+------------------------------------------------------------------+
#ifndef ECHO_RECORD_FILE_MQH
#define ECHO_RECORD_FILE_MQH
#include "Ids.mqh"
#include "Settings.mqh"

#define RECORD_FORMAT 1
#define RECORD_CRC_BYTES 8

// One record a line: CRC-32 of the JSON bytes in hex, a space, the JSON, a line feed.
class CRecordFile
  {
private:
   string            m_name;
   int               m_handle;
   CCrc32            m_crc;
   string            m_header;

   bool              Read(uchar &bytes[]);
   string            Line(const uchar &bytes[], int from, int to) const;
   bool              IsOurs(string header, SSettings &settings);
   bool              Begin(SSettings &settings, string kind, string fresh_id, long compacted_n);
   bool              Put(string json);
   bool              Replace(const string &records[], int count);
   int               Scan(const uchar &bytes[], int total, bool &torn);

public:
   string            records[];
   int               count;
   long              highest_n;
   bool              usable;
   string            file_id;

                     CRecordFile(void);
   bool              Open(SSettings &settings, string kind, string fresh_id);
   bool              Append(string json);
   bool              Rewrite(const string &kept[], int kept_count, long used_n);
   void              Close(void);
   string            Name(void) const { return(m_name); }
  };

CRecordFile::CRecordFile(void)
  {
   m_name = "";
   m_handle = INVALID_HANDLE;
   m_header = "";
   count = 0;
   highest_n = 0;
   usable = false;
   file_id = "";
  }

// Reads what is there; a wrong or damaged file is set aside and a new one begun, *usable* tells.
bool CRecordFile::Open(SSettings &settings, string kind, string fresh_id)
  {
   m_name = "Echo\\" + RoleText(settings.role) + "-" + settings.account + "-"
            + Sha256Hex(settings.server, 4) + ".jsonl";
   count = 0;
   highest_n = 0;
   usable = false;
   ArrayResize(records, 0);
   FolderCreate("Echo");
   uchar bytes[];
   bool torn = false;
   if(Read(bytes))
     {
      int good = Scan(bytes, ArraySize(bytes), torn);
      usable = good > 0 && IsOurs(m_header, settings);
      if(!usable && ArraySize(bytes) > 0)
        {
         FileDelete(m_name + ".bad");
         if(!FileMove(m_name, 0, m_name + ".bad", FILE_REWRITE))
            return(false);
        }
     }
   if(!usable)
     {
      count = 0;
      highest_n = 0;
      ArrayResize(records, 0);
      return(Begin(settings, kind, fresh_id, 0));
     }
   if(torn)
      return(Replace(records, count));
   m_handle = FileOpen(m_name, FILE_BIN | FILE_READ | FILE_WRITE | FILE_SHARE_READ);
   return(m_handle != INVALID_HANDLE && FileSeek(m_handle, 0, SEEK_END));
  }

bool CRecordFile::Read(uchar &bytes[])
  {
   if(!FileIsExist(m_name))
      return(false);
   int handle = FileOpen(m_name, FILE_BIN | FILE_READ | FILE_SHARE_READ);
   if(handle == INVALID_HANDLE)
      return(false);
   int size = (int)FileSize(handle);
   ArrayResize(bytes, size);
   int read = size > 0 ? (int)FileReadArray(handle, bytes, 0, size) : 0;
   FileClose(handle);
   return(read == size);
  }

// Takes all good records; 0 = the file is not to be trusted, *torn* = its last record is cut off.
int CRecordFile::Scan(const uchar &bytes[], int total, bool &torn)
  {
   int from = 0;
   bool first = true;
   while(from < total)
     {
      int end = from;
      while(end < total && bytes[end] != '\n')
         end++;
      string json = end < total ? Line(bytes, from, end) : "";
      CJsonReader reader;
      bool good = json != "" && reader.Parse(json);
      long n = first ? 0 : reader.Integer(0, "n", 0);
      if(good && !first)
         good = n > highest_n && reader.Text(0, "t") != "";
      if(!good)
        {
         torn = end + 1 >= total;
         return(torn && !first ? 1 : 0);
        }
      if(first)
        {
         m_header = json;
         highest_n = reader.Integer(0, "compacted_n", 0);
        }
      else
        {
         ArrayResize(records, count + 1, 1024);
         records[count] = json;
         count++;
         highest_n = n;
        }
      first = false;
      from = end + 1;
     }
   return(first ? 0 : 1);
  }

// The JSON of a line whose checksum is right; empty otherwise.
string CRecordFile::Line(const uchar &bytes[], int from, int to) const
  {
   int json_from = from + RECORD_CRC_BYTES + 1;
   if(to <= json_from || bytes[json_from - 1] != ' ')
      return("");
   uint crc = m_crc.Of(bytes, json_from, to - json_from);
   if(CharArrayToString(bytes, from, RECORD_CRC_BYTES, CP_UTF8) != StringFormat("%08x", crc))
      return("");
   return(CharArrayToString(bytes, json_from, to - json_from, CP_UTF8));
  }

bool CRecordFile::IsOurs(string header, SSettings &settings)
  {
   CJsonReader reader;
   if(!reader.Parse(header))
      return(false);
   file_id = reader.Text(0, "file_id");
   return(reader.Integer(0, "v", 0) == RECORD_FORMAT
          && reader.Text(0, "account") == settings.account
          && reader.Text(0, "server") == settings.server
          && reader.Text(0, "role") == RoleText(settings.role));
  }

bool CRecordFile::Begin(SSettings &settings, string kind, string fresh_id, long compacted_n)
  {
   file_id = fresh_id;
   CJsonObject header;
   header.Integer("v", RECORD_FORMAT);
   header.Text("kind", kind);
   header.Text("account", settings.account);
   header.Text("server", settings.server);
   header.Text("role", RoleText(settings.role));
   header.Text("file_id", file_id);
   if(compacted_n > 0)
      header.Integer("compacted_n", compacted_n);
   m_header = header.Done();
   m_handle = FileOpen(m_name, FILE_BIN | FILE_READ | FILE_WRITE | FILE_SHARE_READ);
   return(m_handle != INVALID_HANDLE && Put(m_header));
  }

// True once the record is on disk; whatever went wrong, nothing half-written is left in the way.
bool CRecordFile::Append(string json)
  {
   if(m_handle == INVALID_HANDLE)
      return(false);
   ulong before = FileTell(m_handle);
   if(Put(json))
     {
      ArrayResize(records, count + 1, 1024);
      records[count] = json;
      count++;
      return(true);
     }
   FileSeek(m_handle, (long)before, SEEK_SET);
   return(false);
  }

bool CRecordFile::Put(string json)
  {
   uchar bytes[];
   int length = StringToCharArray(json, bytes, 0, WHOLE_ARRAY, CP_UTF8) - 1;
   if(length < 1)
      return(false);
   uint crc = m_crc.Of(bytes, 0, length);
   uchar line[];
   StringToCharArray(StringFormat("%08x ", crc) + json + "\n", line, 0, WHOLE_ARRAY, CP_UTF8);
   int size = ArraySize(line) - 1;
   if((int)FileWriteArray(m_handle, line, 0, size) != size)
      return(false);
   FileFlush(m_handle);
   return(true);
  }

// Keeps only these records; *used_n* is the highest number that was ever given out.
bool CRecordFile::Rewrite(const string &kept[], int kept_count, long used_n)
  {
   CJsonReader reader;
   if(!reader.Parse(m_header))
      return(false);
   CJsonObject header;
   header.Integer("v", RECORD_FORMAT);
   header.Text("kind", reader.Text(0, "kind"));
   header.Text("account", reader.Text(0, "account"));
   header.Text("server", reader.Text(0, "server"));
   header.Text("role", reader.Text(0, "role"));
   header.Text("file_id", reader.Text(0, "file_id"));
   header.Integer("compacted_n", used_n);
   m_header = header.Done();
   if(!Replace(kept, kept_count))
      return(false);
   ArrayResize(records, kept_count, 1024);
   for(int i = 0; i < kept_count; i++)
      records[i] = kept[i];
   count = kept_count;
   return(true);
  }

bool CRecordFile::Replace(const string &kept[], int kept_count)
  {
   Close();
   string fresh = m_name + ".new";
   FileDelete(fresh);
   m_handle = FileOpen(fresh, FILE_BIN | FILE_READ | FILE_WRITE);
   bool good = m_handle != INVALID_HANDLE && Put(m_header);
   for(int i = 0; good && i < kept_count; i++)
      good = Put(kept[i]);
   Close();
   if(good)
      good = FileMove(fresh, 0, m_name, FILE_REWRITE);
   m_handle = FileOpen(m_name, FILE_BIN | FILE_READ | FILE_WRITE | FILE_SHARE_READ);
   return(good && m_handle != INVALID_HANDLE && FileSeek(m_handle, 0, SEEK_END));
  }

void CRecordFile::Close(void)
  {
   if(m_handle != INVALID_HANDLE)
      FileClose(m_handle);
   m_handle = INVALID_HANDLE;
  }
#endif
