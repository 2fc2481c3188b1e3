using System.Globalization;
using System.Text;

namespace PbxEvents.Simulator.Server;

/// <summary>Reads HTTP/1.1 requests from a link, within bounds.</summary>
/// <param name="link">The connection.</param>
internal sealed class HttpReader(ServerLink link)
{
    private const int MaxHead = 32 * 1024;
    private const int MaxBody = 16 * 1024 * 1024;

    private byte[] _buffer = new byte[8 * 1024];
    private int _start;
    private int _end;

    private ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Reads the next request.</summary>
    /// <returns>The request; null at the end of the connection.</returns>
    /// <exception cref="HttpFormatException">The request is not readable or too large.</exception>
    public async Task<ServerRequest?> ReadAsync()
    {
        int length;
        while ((length = Buffered.IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (_end - _start > MaxHead)
                throw new HttpFormatException(431, "The request's head is too large.");
            if (!await FillAsync())
                return null;

            // A client that begins with TLS sends no line, and would wait for an answer until its time is up.
            if (Buffered[0] < ' ' && Buffered[0] is not ((byte)'\r' or (byte)'\n'))
                throw new HttpFormatException(400, "The request is not HTTP.");
        }

        var lines = Encoding.Latin1.GetString(_buffer, _start, length).Split("\r\n");
        _start += length + 4;
        var request = ParseHead(lines);
        if (request.Header("Expect").Length > 0)
            await link.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        return await ReadBodyAsync(request) is { } body ? request with { Body = body } : null;
    }

    /// <summary>Gives what was read too far back to the link, before another protocol takes over.</summary>
    public void GiveBack()
    {
        link.Unread(_buffer.AsMemory(_start, _end - _start));
        _start = _end = 0;
    }

    /// <summary>Takes a query or a form apart.</summary>
    /// <param name="text">Name and value pairs, percent-encoded.</param>
    /// <returns>The pairs, decoded; of a repeated name the last one.</returns>
    public static IReadOnlyDictionary<string, string> ParseQuery(string text)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var cut = part.IndexOf('=', StringComparison.Ordinal);
            result[Decode(cut < 0 ? part : part[..cut])] = cut < 0 ? "" : Decode(part[(cut + 1)..]);
        }

        return result;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private ServerRequest ParseHead(string[] lines)
    {
        // A proxy is asked for a host, a server for a path.
        if (lines[0].Split(' ') is not [{ Length: > 0 } method, { Length: > 0 } target, "HTTP/1.1" or "HTTP/1.0"] || (target[0] != '/' && method != "CONNECT"))
        {
            throw new HttpFormatException(400, "The request line is not HTTP.");
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.AsSpan(1))
        {
            var cut = line.IndexOf(':', StringComparison.Ordinal);
            if (cut <= 0)
                throw new HttpFormatException(400, "A header has no name.");
            var (name, value) = (line[..cut], line[(cut + 1)..].Trim());
            headers[name] = headers.TryGetValue(name, out var earlier) ? $"{earlier}, {value}" : value;
        }

        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = Uri.UnescapeDataString(mark < 0 ? target : target[..mark]);
        return new ServerRequest(link, method.ToUpperInvariant(), path)
        {
            Target = target,
            Query = ParseQuery(mark < 0 ? "" : target[(mark + 1)..]),
            Headers = headers,
        };
    }

    private async Task<byte[]?> ReadBodyAsync(ServerRequest request)
    {
        if (request.Header("Transfer-Encoding").Contains("chunked", StringComparison.OrdinalIgnoreCase))
            return await ReadChunksAsync();
        if (request.Header("Content-Length") is not { Length: > 0 } text)
            return [];
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            throw new HttpFormatException(400, "Content-Length is not a number.");
        }

        return await ReadExactlyAsync(length);
    }

    private async Task<byte[]?> ReadChunksAsync()
    {
        var body = new MemoryStream();
        while (true)
        {
            if (await ReadLineAsync() is not { } line)
                return null;
            if (!int.TryParse(line.Split(';')[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length < 0)
            {
                throw new HttpFormatException(400, "A chunk has no length.");
            }

            if (body.Length + length > MaxBody)
                throw new HttpFormatException(413, "The body is too large.");
            if (length == 0)
                break;
            if (await ReadExactlyAsync(length) is not { } chunk || await ReadLineAsync() is null)
                return null;
            body.Write(chunk);
        }

        string? trailer;
        do
        {
            trailer = await ReadLineAsync();
        }
        while (trailer is { Length: > 0 });

        return trailer is null ? null : body.ToArray();
    }

    private async Task<string?> ReadLineAsync()
    {
        int length;
        while ((length = Buffered.IndexOf("\r\n"u8)) < 0)
        {
            if (_end - _start > MaxHead)
                throw new HttpFormatException(400, "A line is too long.");
            if (!await FillAsync())
                return null;
        }

        var line = Encoding.Latin1.GetString(_buffer, _start, length);
        _start += length + 2;
        return line;
    }

    private async Task<byte[]?> ReadExactlyAsync(int length)
    {
        if (length > MaxBody)
            throw new HttpFormatException(413, "The body is too large.");
        var body = new byte[length];
        var filled = Math.Min(length, _end - _start);
        _buffer.AsSpan(_start, filled).CopyTo(body);
        _start += filled;
        while (filled < length)
        {
            var n = await link.ReadAsync(body.AsMemory(filled));
            if (n == 0)
                return null;
            filled += n;
        }

        return body;
    }

    private async Task<bool> FillAsync()
    {
        if (_start > 0)
        {
            Buffered.CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        var n = await link.ReadAsync(_buffer.AsMemory(_end));
        _end += n;
        return n > 0;
    }
}
