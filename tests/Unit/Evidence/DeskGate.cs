using System.Net;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// Stands between a client and a desk, on loopback. Now and then it answers 500 in the desk's place: before the desk heard of it, and, which is worse,
/// after it has done what it was asked for. While the desk is away it answers 502.
/// </summary>
internal sealed class DeskGate : IAsyncDisposable
{
    private const int RefuseOneOf = 50;

    private readonly HttpClient _desk;
    private readonly Random _random;
    private readonly Lock _gate = new();
    private readonly LoopbackService _service;

    /// <param name="desk">The desk's address.</param>
    /// <param name="seed">Where every choice comes from.</param>
    public DeskGate(string desk, int seed)
    {
        _desk = new HttpClient { BaseAddress = new Uri(desk), Timeout = TimeSpan.FromSeconds(30) };
        _random = new Random(seed);
        _service = new LoopbackService(AnswerAsync);
    }

    /// <summary>Where the client goes to.</summary>
    public string Uri => _service.Uri;

    /// <summary>How often it answered 500 before the desk heard of it.</summary>
    public int Refused { get; private set; }

    /// <summary>How often it answered 500 after the desk had done it.</summary>
    public int Forgot { get; private set; }

    /// <summary>How often the desk was away.</summary>
    public int Away { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _desk.Dispose();
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            if (Chance(() => Refused++))
            {
                Close(context, 500, []);
                return;
            }
            using var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), context.Request.RawUrl);
            request.Headers.TryAddWithoutValidation("Authorization", context.Request.Headers["Authorization"]);
            request.Headers.TryAddWithoutValidation("Accept", context.Request.Headers["Accept"]);
            if (context.Request.HasEntityBody)
            {
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                request.Content = new ByteArrayContent(body.ToArray());
                request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
            }
            using var answer = await _desk.SendAsync(request);
            var content = await answer.Content.ReadAsByteArrayAsync();
            if (Chance(() => Forgot++))
                Close(context, 500, []);
            else
                Close(context, (int)answer.StatusCode, content);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            lock (_gate)
                Away++;
            Close(context, 502, []);
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // Who asked was killed in between.
        }
    }

    private bool Chance(Action count)
    {
        lock (_gate)
        {
            if (_random.Next(RefuseOneOf) != 0)
                return false;
            count();
            return true;
        }
    }

    private static void Close(HttpListenerContext context, int status, byte[] body)
    {
        try
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.Close(body, willBlock: true);
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // Who asked was killed in between.
        }
    }
}
