using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PbxEvents.Module.Web;

/// <summary>
/// A port on loopback that answers GET, one question for each connection. Threads of the pool only. Each has five seconds; of more than eight
/// at once the oldest is cut off, so that clients that hang hold up nobody. An answer that goes on has as long as its client takes each text
/// within ten seconds; of these there are at most sixteen, and one more is told to come again.
/// </summary>
internal sealed class LoopbackPort : IDisposable
{
    private const int MaxRequests = 8;
    private const int MaxStreams = 16;
    private const int MaxHead = 8 * 1024;

    /// <summary>What a client that does not read can make the system keep for it.</summary>
    private const int StreamBuffer = 64 * 1024;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The process may have no handle left for a moment.</summary>
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(200);

    private readonly TcpListener _listener;
    private readonly Func<WebQuestion, CancellationToken, Task<WebAnswer>> _answer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<CancellationTokenSource> _requests = [];
    private int _streams;

    /// <summary>Opens the port.</summary>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="answer">Answers a question.</param>
    /// <exception cref="SocketException">It cannot be opened.</exception>
    public LoopbackPort(int port, Func<WebQuestion, CancellationToken, Task<WebAnswer>> answer)
    {
        _answer = answer;
        _listener = new TcpListener(IPAddress.Loopback, port);

        // Windows would share it with another; elsewhere this would refuse a port that was closed a moment ago.
        if (OperatingSystem.IsWindows())
            _listener.ExclusiveAddressUse = true;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many answers go on.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token).ConfigureAwait(false);
                var limit = Begin();
                _ = Task.Run(() => ServeAsync(client, limit));
            }
            catch (SocketException) when (!_stopping.IsCancellationRequested)
            {
                await Task.Delay(AcceptPause).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client, CancellationTokenSource limit)
    {
        try
        {
            if (await ReadHeadAsync(client, limit.Token).ConfigureAwait(false) is not { } head)
                return;
            var answer = await AnswerAsync(head, limit.Token).ConfigureAwait(false);
            var withText = !head.StartsWith("HEAD ", StringComparison.Ordinal);
            if (answer.Stream is null || !withText)
            {
                await SendAsync(client, answer, withText, limit.Token).ConfigureAwait(false);
                return;
            }

            // It is no longer one of those that may be cut off.
            End(limit);
            await StreamAsync(client, answer).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It has gone, or had its time.
        }
        finally
        {
            client.Dispose();
            End(limit);
        }
    }

    private async Task StreamAsync(Socket client, WebAnswer answer)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var gone = Task.CompletedTask;
        try
        {
            if (Interlocked.Increment(ref _streams) > MaxStreams)
            {
                await SendAsync(client, WebAnswer.Unavailable("Too many look already."), withText: true, end.Token).ConfigureAwait(false);
                return;
            }
            client.SendBufferSize = StreamBuffer;
            client.NoDelay = true;
            gone = WaitForEndAsync(client, end);
            await WriteAsync(Head(answer, null)).ConfigureAwait(false);
            await answer.Stream!(WriteAsync, end.Token).ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await gone.ConfigureAwait(false);
            Interlocked.Decrement(ref _streams);
        }

        async Task WriteAsync(string text)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
            limit.CancelAfter(SendTimeout);
            await SendAllAsync(client, Encoding.UTF8.GetBytes(text), limit.Token).ConfigureAwait(false);
        }
    }

    /// <summary>A client that goes is noticed when there is nothing to read any more, not with the next text.</summary>
    private static async Task WaitForEndAsync(Socket client, CancellationTokenSource end)
    {
        try
        {
            var buffer = new byte[256];
            while (await client.ReceiveAsync(buffer, SocketFlags.None, end.Token).ConfigureAwait(false) > 0)
            {
                // It has nothing to say.
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It has gone.
        }
        await end.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>The time of one more question begins, in the order in which they come.</summary>
    private CancellationTokenSource Begin()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        limit.CancelAfter(RequestTimeout);
        lock (_requests)
        {
            _requests.Add(limit);
            if (_requests.Count > MaxRequests)
            {
                _ = _requests[0].CancelAsync();
                _requests.RemoveAt(0);
            }
        }
        return limit;
    }

    /// <summary>Nobody cuts off what is over.</summary>
    private void End(CancellationTokenSource limit)
    {
        lock (_requests)
        {
            _requests.Remove(limit);
            limit.Dispose();
        }
    }

    /// <returns>Null when the asker closes before it has asked.</returns>
    private static async Task<string?> ReadHeadAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxHead];
        for (var length = 0; length < MaxHead;)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, cancellationToken).ConfigureAwait(false);
            if (count == 0)
                return null;
            length += count;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
                return Encoding.Latin1.GetString(buffer, 0, end);
        }
        return "";
    }

    private async Task<WebAnswer> AnswerAsync(string head, CancellationToken cancellationToken)
    {
        if (WebQuestion.Read(head) is not { } question)
            return new WebAnswer("400 Bad Request", "The request cannot be read.\n");
        if (question.Method is not ("GET" or "HEAD"))
            return new WebAnswer("405 Method Not Allowed", "Use GET.\n");
        try
        {
            return await _answer(question, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new WebAnswer("500 Internal Server Error", $"{e.Message}\n");
        }
    }

    private static async Task SendAsync(Socket socket, WebAnswer answer, bool withText, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetBytes(answer.Text);
        await SendAllAsync(socket, (byte[])[.. Encoding.ASCII.GetBytes(Head(answer, text.Length)), .. withText ? text : []], cancellationToken).ConfigureAwait(false);
        socket.Shutdown(SocketShutdown.Send);
    }

    private static string Head(WebAnswer answer, int? length) => string.Concat(
    [
        $"HTTP/1.1 {answer.Status}\r\nContent-Type: {answer.ContentType}\r\n",
        length is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {bytes}\r\n") : "",
        "Cache-Control: no-store\r\nConnection: close\r\n", .. answer.Headers.Select(h => $"{h}\r\n"), "\r\n",
    ]);

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
    }
}
