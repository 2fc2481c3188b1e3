using System.Net;
using PbxEvents.Tests.Journal;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A web service on a free port of loopback.</summary>
internal sealed class LoopbackService : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly Func<HttpListenerContext, Task> _answer;
    private readonly Task _serving;

    /// <param name="answer">Answers a request; several run at once.</param>
    public LoopbackService(Func<HttpListenerContext, Task> answer)
    {
        _answer = answer;
        (_listener, Uri) = Listen();
        _serving = ServeAsync();
    }

    /// <summary>Its address, without a slash at the end.</summary>
    public string Uri { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                _ = _answer(context);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static (HttpListener Listener, string Uri) Listen()
    {
        for (var attempt = 1; ; attempt++)
        {
            var uri = $"http://127.0.0.1:{FreePort.Find()}";
            var listener = new HttpListener();
            listener.Prefixes.Add($"{uri}/");
            try
            {
                listener.Start();
                return (listener, uri);
            }
            catch (HttpListenerException) when (attempt < 5)
            {
                // Another program took the port between the two calls.
            }
        }
    }
}
