/* A read is always outstanding, so that reading never waits; a write that the peer does not take in
 * 250 ms breaks the pipe off, because half a line would poison everything behind it.
 *
 * Experts of one terminal share this module, each in a thread of its own; a slot belongs to one.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0602
#include "echo_pipe.h"
#include "sha256.h"

typedef struct {
    HANDLE pipe, can_read, can_write;
    OVERLAPPED reading;
    BOOL pending; /* a read is outstanding */
    BOOL broken, flushes;
    DWORD error;
    char *held; /* what has arrived and was not asked for yet */
    DWORD held_bytes, room_bytes, searched_bytes;
    char chunk[16384];
    HANDLE waiter; /* fires when the outstanding read is done, to wake the chart */
    HWND window;
    int key;
} slot_t;

static slot_t *slots[ECHO_SLOTS];
static CRITICAL_SECTION guard;
static DWORD last_error;
static UINT timer_period;

static slot_t *slot_of(INT_PTR number)
{
    return number >= 1 && number <= ECHO_SLOTS ? slots[number - 1] : NULL;
}

static void break_off(slot_t *slot, DWORD error)
{
    slot->broken = TRUE;
    slot->error = error;
}

static void CALLBACK arrived(PVOID context, BOOLEAN timed_out);

/* Waits for the read that is outstanding; each wait ends with its first arrival. */
static void watch(slot_t *slot)
{
    if (!slot->window)
        return;
    if (slot->waiter)
        UnregisterWaitEx(slot->waiter, NULL);
    if (!RegisterWaitForSingleObject(&slot->waiter, slot->can_read, arrived, slot, INFINITE,
                                     WT_EXECUTEINWAITTHREAD | WT_EXECUTEONLYONCE))
        slot->waiter = NULL;
}

static void post_read(slot_t *slot)
{
    DWORD count = 0, error;
    if (slot->broken || slot->pending)
        return;
    ZeroMemory(&slot->reading, sizeof slot->reading);
    slot->reading.hEvent = slot->can_read;
    ResetEvent(slot->can_read);
    error = ReadFile(slot->pipe, slot->chunk, sizeof slot->chunk, &count, &slot->reading)
                ? ERROR_IO_PENDING
                : GetLastError();
    if (error != ERROR_IO_PENDING && error != ERROR_MORE_DATA) {
        break_off(slot, error);
        return;
    }
    slot->pending = TRUE;
    watch(slot);
}

static BOOL hold(slot_t *slot, const char *bytes, DWORD count)
{
    if (slot->held_bytes + count > slot->room_bytes) {
        DWORD room = slot->room_bytes ? slot->room_bytes * 2 : 65536;
        char *grown;
        while (room < slot->held_bytes + count)
            room *= 2;
        grown = slot->held ? HeapReAlloc(GetProcessHeap(), 0, slot->held, room)
                           : HeapAlloc(GetProcessHeap(), 0, room);
        if (!grown) {
            break_off(slot, ERROR_NOT_ENOUGH_MEMORY);
            return FALSE;
        }
        slot->held = grown;
        slot->room_bytes = room;
    }
    CopyMemory(slot->held + slot->held_bytes, bytes, count);
    slot->held_bytes += count;
    return TRUE;
}

/* Takes what has arrived, without waiting; leaves it in the pipe when too much is held. */
static void pump(slot_t *slot)
{
    int turns;
    for (turns = 0; turns < 64 && !slot->broken; turns++) {
        DWORD count = 0;
        if (!slot->pending)
            post_read(slot);
        if (!slot->pending)
            return;
        if (!GetOverlappedResult(slot->pipe, &slot->reading, &count, FALSE)) {
            DWORD error = GetLastError();
            if (error == ERROR_IO_INCOMPLETE)
                return;
            if (error != ERROR_MORE_DATA) {
                slot->pending = FALSE;
                break_off(slot, error);
                return;
            }
        }
        slot->pending = FALSE;
        if (count && !hold(slot, slot->chunk, count))
            return;
        if (slot->held_bytes > 4 * ECHO_LINE_BYTES_MAX)
            return;
    }
}

static BOOL full_name(const wchar_t *name, wchar_t *full)
{
    if (!name || !*name || lstrlenW(name) > 200)
        return FALSE;
    lstrcpyW(full, name[0] == L'\\' ? L"" : L"\\\\.\\pipe\\");
    lstrcatW(full, name);
    return TRUE;
}

/* Not GENERIC_WRITE: that asks for FILE_APPEND_DATA as well, which on a pipe is the right to create
 * instances, and the Agent's access list withholds it.  SECURITY_IDENTIFICATION: whoever serves the
 * pipe may know who we are, and not act as us. */
static HANDLE open_pipe(const wchar_t *full, DWORD wait_ms)
{
    ULONGLONG begun = GetTickCount64();
    for (;;) {
        ULONGLONG spent;
        HANDLE pipe = CreateFileW(full, GENERIC_READ | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES, 0, NULL,
                                  OPEN_EXISTING,
                                  FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
                                  NULL);
        if (pipe != INVALID_HANDLE_VALUE)
            return pipe;
        last_error = GetLastError();
        spent = GetTickCount64() - begun;
        if (last_error != ERROR_PIPE_BUSY || spent >= wait_ms)
            return INVALID_HANDLE_VALUE;
        if (!WaitNamedPipeW(full, (DWORD)(wait_ms - spent)) && GetLastError() != ERROR_SEM_TIMEOUT) {
            last_error = GetLastError();
            return INVALID_HANDLE_VALUE;
        }
    }
}

static void drop(slot_t *slot)
{
    if (slot->can_read)
        CloseHandle(slot->can_read);
    if (slot->can_write)
        CloseHandle(slot->can_write);
    CloseHandle(slot->pipe);
    if (slot->held)
        HeapFree(GetProcessHeap(), 0, slot->held);
    HeapFree(GetProcessHeap(), 0, slot);
}

static int connect_pipe(const wchar_t *name, DWORD wait_ms)
{
    wchar_t full[256];
    slot_t *slot;
    HANDLE pipe;
    int number;
    if (!full_name(name, full)) {
        last_error = ERROR_INVALID_PARAMETER;
        return -1;
    }
    pipe = open_pipe(full, wait_ms);
    if (pipe == INVALID_HANDLE_VALUE)
        return -1;
    slot = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *slot);
    if (!slot) {
        CloseHandle(pipe);
        last_error = ERROR_NOT_ENOUGH_MEMORY;
        return -1;
    }
    slot->pipe = pipe;
    slot->can_read = CreateEventW(NULL, TRUE, FALSE, NULL);
    slot->can_write = CreateEventW(NULL, TRUE, FALSE, NULL);
    EnterCriticalSection(&guard);
    for (number = 0; number < ECHO_SLOTS && slots[number]; number++) {
    }
    if (number < ECHO_SLOTS)
        slots[number] = slot;
    LeaveCriticalSection(&guard);
    if (number == ECHO_SLOTS || !slot->can_read || !slot->can_write) {
        if (number < ECHO_SLOTS)
            slots[number] = NULL;
        drop(slot);
        last_error = ERROR_TOO_MANY_OPEN_FILES;
        return -1;
    }
    last_error = 0;
    post_read(slot);
    return number + 1;
}

/* All bytes, or the pipe is broken off. */
static int write_bytes(slot_t *slot, const char *bytes, DWORD count)
{
    OVERLAPPED writing;
    DWORD written = 0, error = 0;
    BOOL done;
    ZeroMemory(&writing, sizeof writing);
    writing.hEvent = slot->can_write;
    ResetEvent(slot->can_write);
    done = WriteFile(slot->pipe, bytes, count, &written, &writing);
    error = done ? 0 : GetLastError();
    if (!done && error != ERROR_IO_PENDING) {
        break_off(slot, error);
        return ECHO_E_CLOSED;
    }
    if (!done && WaitForSingleObject(slot->can_write, ECHO_WRITE_MS) == WAIT_TIMEOUT) {
        CancelIoEx(slot->pipe, &writing);
        GetOverlappedResult(slot->pipe, &writing, &written, TRUE);
        if (written == count)
            return (int)written;
        break_off(slot, ERROR_SEM_TIMEOUT);
        return ECHO_E_FULL;
    }
    if (!GetOverlappedResult(slot->pipe, &writing, &written, FALSE) || written != count) {
        break_off(slot, GetLastError());
        return ECHO_E_CLOSED;
    }
    if (slot->flushes)
        FlushFileBuffers(slot->pipe);
    return (int)written;
}

/* UTF-16 to UTF-8, with *ending* behind it; half of a surrogate pair is refused. */
static int write_text(slot_t *slot, const wchar_t *text, BOOL ending)
{
    int chars = text ? lstrlenW(text) : 0, bytes = 0, result;
    char *out;
    if (!text)
        return ECHO_E_ENCODING;
    if (chars)
        bytes = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, text, chars, NULL, 0, NULL, NULL);
    if (chars && bytes <= 0) {
        slot->error = GetLastError();
        return ECHO_E_ENCODING;
    }
    if (bytes > ECHO_LINE_BYTES_MAX) {
        slot->error = ERROR_BUFFER_OVERFLOW;
        return ECHO_E_LONG;
    }
    out = HeapAlloc(GetProcessHeap(), 0, (SIZE_T)bytes + 1);
    if (!out) {
        slot->error = ERROR_NOT_ENOUGH_MEMORY;
        return ECHO_E_LONG;
    }
    if (chars)
        WideCharToMultiByte(CP_UTF8, 0, text, chars, out, bytes, NULL, NULL);
    out[bytes] = '\n';
    result = write_bytes(slot, out, (DWORD)(bytes + (ending ? 1 : 0)));
    HeapFree(GetProcessHeap(), 0, out);
    return result;
}

/* Finds the next line; returns whether a whole one is held, *length* without its line feed. */
static BOOL find_line(slot_t *slot, DWORD *length)
{
    for (;;) {
        DWORD before = slot->held_bytes, at;
        for (at = slot->searched_bytes; at < slot->held_bytes; at++)
            if (slot->held[at] == '\n') {
                *length = at;
                return TRUE;
            }
        slot->searched_bytes = at;
        if (slot->held_bytes > ECHO_LINE_BYTES_MAX) {
            break_off(slot, ERROR_BUFFER_OVERFLOW);
            return FALSE;
        }
        pump(slot);
        if (slot->held_bytes == before)
            return FALSE;
    }
}

static void forget_bytes(slot_t *slot, DWORD count)
{
    MoveMemory(slot->held, slot->held + count, slot->held_bytes - count);
    slot->held_bytes -= count;
    slot->searched_bytes = 0;
}

static int no_line(slot_t *slot)
{
    if (!slot->broken)
        return 0;
    return slot->error == ERROR_BUFFER_OVERFLOW ? ECHO_E_LONG : ECHO_E_CLOSED;
}

/* ---- what experts of this release call */

int __stdcall EchoPipeVersion(void)
{
    return ECHO_PIPE_VERSION;
}

/* Tries once and never waits. */
int __stdcall EchoOpen(const wchar_t *name)
{
    return connect_pipe(name, 0);
}

int __stdcall EchoWrite(int number, const wchar_t *line)
{
    slot_t *slot = slot_of(number);
    if (!slot)
        return ECHO_E_SLOT;
    return slot->broken ? ECHO_E_CLOSED : write_text(slot, line, TRUE);
}

/* > 0: characters of the next line, a zero behind them; 0: none yet; empty lines are skipped. */
int __stdcall EchoRead(int number, wchar_t *buffer, int chars)
{
    slot_t *slot = slot_of(number);
    DWORD length = 0, bytes;
    if (!slot)
        return ECHO_E_SLOT;
    if (!buffer || chars < 2)
        return ECHO_E_SMALL;
    while (find_line(slot, &length)) {
        int wide = 0;
        for (bytes = length; bytes && slot->held[bytes - 1] == '\r'; bytes--) {
        }
        if (bytes)
            wide = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, slot->held, (int)bytes, NULL, 0);
        if (bytes && wide <= 0) {
            slot->error = GetLastError();
            forget_bytes(slot, length + 1);
            return ECHO_E_ENCODING;
        }
        if (wide + 1 > chars)
            return ECHO_E_SMALL;
        if (bytes) {
            MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, slot->held, (int)bytes, buffer, wide);
            buffer[wide] = 0;
        }
        forget_bytes(slot, length + 1);
        if (wide)
            return wide;
    }
    return no_line(slot);
}

int __stdcall EchoClose(int number)
{
    slot_t *slot = slot_of(number);
    if (!slot)
        return 0;
    EnterCriticalSection(&guard);
    slots[number - 1] = NULL;
    LeaveCriticalSection(&guard);
    if (slot->waiter)
        UnregisterWaitEx(slot->waiter, INVALID_HANDLE_VALUE);
    if (slot->pending) {
        DWORD count;
        CancelIoEx(slot->pipe, &slot->reading);
        GetOverlappedResult(slot->pipe, &slot->reading, &count, TRUE);
    }
    drop(slot);
    return 1;
}

/* Wait after each line until the peer has read it: for measurements only. */
int __stdcall EchoFlush(int number, int on)
{
    slot_t *slot = slot_of(number);
    if (!slot)
        return ECHO_E_SLOT;
    slot->flushes = on != 0;
    return 1;
}

int __stdcall EchoLastError(int number)
{
    slot_t *slot = slot_of(number);
    return slot ? (int)slot->error : (int)last_error;
}

typedef BOOL(WINAPI *post_message_t)(HWND, UINT, WPARAM, LPARAM);

static post_message_t post_message(void)
{
    /* user32 is in every terminal already; a program without windows need not load it. */
    HMODULE user32 = GetModuleHandleW(L"user32.dll");
    union {
        FARPROC found;
        post_message_t wanted;
    } name;
    name.found = user32 ? GetProcAddress(user32, "PostMessageW") : NULL;
    return name.wanted;
}

static void CALLBACK arrived(PVOID context, BOOLEAN timed_out)
{
    slot_t *slot = context;
    post_message_t post = post_message();
    (void)timed_out;
    if (post && slot->window)
        post(slot->window, WM_KEYDOWN, (WPARAM)slot->key, 0);
}

/* Presses *key* on the chart *window* when something has arrived; the key says so to the expert. */
int __stdcall EchoWake(int number, long long window, int key)
{
    slot_t *slot = slot_of(number);
    if (!slot)
        return ECHO_E_SLOT;
    if (slot->waiter || !window)
        return 0;
    slot->key = key;
    slot->window = (HWND)(INT_PTR)window;
    watch(slot);
    return slot->waiter != NULL;
}

/* Unix time in ms, as precisely as Windows knows it. */
long long __stdcall EchoNowMs(void)
{
    FILETIME now;
    ULARGE_INTEGER ticks;
    GetSystemTimePreciseAsFileTime(&now);
    ticks.LowPart = now.dwLowDateTime;
    ticks.HighPart = now.dwHighDateTime;
    return (long long)(ticks.QuadPart / 10000) - 11644473600000LL;
}

/* Ms since the machine was started; never goes back. */
long long __stdcall EchoMonotonicMs(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return count.QuadPart / frequency.QuadPart * 1000
           + count.QuadPart % frequency.QuadPart * 1000 / frequency.QuadPart;
}

/* SHA-256 of the text's UTF-8 bytes into 32 bytes; returns 32, or a negative code. */
int __stdcall EchoSha256(const wchar_t *text, unsigned char *digest)
{
    int chars = text ? lstrlenW(text) : 0, bytes = 0;
    char *utf8;
    if (!text || !digest)
        return ECHO_E_ENCODING;
    if (chars)
        bytes = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, text, chars, NULL, 0, NULL, NULL);
    if (chars && bytes <= 0)
        return ECHO_E_ENCODING;
    utf8 = HeapAlloc(GetProcessHeap(), 0, (SIZE_T)bytes + 1);
    if (!utf8)
        return ECHO_E_LONG;
    if (chars)
        WideCharToMultiByte(CP_UTF8, 0, text, chars, utf8, bytes, NULL, NULL);
    sha256((const unsigned char *)utf8, (size_t)bytes, digest);
    HeapFree(GetProcessHeap(), 0, utf8);
    return 32;
}

typedef UINT(WINAPI *time_period_t)(UINT);

/* Asks for a finer system timer, 0 = as before: a terminal's millisecond timer follows it. */
int __stdcall EchoTimerResolution(int period_ms)
{
    HMODULE winmm = LoadLibraryW(L"winmm.dll");
    union {
        FARPROC found;
        time_period_t wanted;
    } begin, end;
    if (!winmm)
        return 0;
    begin.found = GetProcAddress(winmm, "timeBeginPeriod");
    end.found = GetProcAddress(winmm, "timeEndPeriod");
    if (!begin.found || !end.found)
        return 0;
    if (timer_period)
        end.wanted(timer_period);
    timer_period = period_ms > 0 && begin.wanted((UINT)period_ms) == 0 ? (UINT)period_ms : 0;
    return 1;
}

/* ---- what experts of earlier releases call */

INT_PTR __stdcall ConnectPipe(const wchar_t *name)
{
    return connect_pipe(name, ECHO_LEGACY_CONNECT_MS);
}

int __stdcall WritePipeW(INT_PTR handle, const wchar_t *text)
{
    slot_t *slot = slot_of(handle);
    int written;
    if (!slot || slot->broken)
        return -1;
    written = write_text(slot, text, FALSE);
    last_error = slot->error;
    return written < 0 ? -1 : written;
}

int __stdcall WritePipe(INT_PTR handle, const char *utf8)
{
    slot_t *slot = slot_of(handle);
    int written;
    if (!slot || slot->broken || !utf8)
        return -1;
    written = write_bytes(slot, utf8, (DWORD)lstrlenA(utf8));
    last_error = slot->error;
    return written < 0 ? -1 : written;
}

/* As before: the line feed stays, a line that is longer than the buffer comes in pieces. */
int __stdcall ReadPipeLine(INT_PTR handle, char *buffer, int size)
{
    slot_t *slot = slot_of(handle);
    DWORD length = 0, count;
    if (!slot || !buffer || size < 2)
        return -1;
    if (find_line(slot, &length))
        count = length + 1;
    else if (slot->held_bytes >= (DWORD)size - 1)
        count = slot->held_bytes;
    else {
        last_error = slot->error;
        return slot->broken ? -1 : 0;
    }
    if (count > (DWORD)size - 1)
        count = (DWORD)size - 1;
    CopyMemory(buffer, slot->held, count);
    buffer[count] = 0;
    forget_bytes(slot, count);
    return (int)count;
}

void __stdcall ClosePipe(INT_PTR handle)
{
    EchoClose((int)handle);
}

DWORD __stdcall GetPipeLastError(void)
{
    return last_error;
}

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved)
{
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH) {
        DisableThreadLibraryCalls(module);
        InitializeCriticalSection(&guard);
    }
    if (reason == DLL_PROCESS_DETACH)
        DeleteCriticalSection(&guard);
    return TRUE;
}
