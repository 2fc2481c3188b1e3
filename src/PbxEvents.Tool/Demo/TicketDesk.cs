using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace PbxEvents.Tool.Demo;

/// <summary>A ticket system as small as can be: takes POST /tickets on loopback, shows the ticket, answers with its number.</summary>
internal sealed class TicketDesk : IAsyncDisposable
{
    private const int Tries = 10;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly HttpListener _listener;
    private readonly Action<string> _show;
    private readonly Task _loop;
    private int _count;

    private TicketDesk(HttpListener listener, Uri address, Action<string> show)
    {
        _listener = listener;
        _show = show;
        Address = address;
        _loop = RunAsync();
    }

    /// <summary>Where tickets are posted.</summary>
    public Uri Address { get; }

    /// <summary>Opens a desk on a free port of 127.0.0.1.</summary>
    /// <param name="show">Gets a line for each ticket.</param>
    public static TicketDesk Open(Action<string> show)
    {
        for (var i = 1; ; i++)
        {
            var address = $"http://{IPAddress.Loopback}:{FreePort()}/tickets/";
            var listener = new HttpListener { Prefixes = { address } };
            try
            {
                listener.Start();
                return new TicketDesk(listener, new Uri(address), show);
            }
            catch (HttpListenerException) when (i < Tries)
            {
                // Another program took the port between the two calls.
                listener.Close();
            }
        }
    }

    /// <summary>Closes the desk.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _loop;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            await AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var response = context.Response;
        try
        {
            var ticket = await JsonSerializer.DeserializeAsync<Ticket>(context.Request.InputStream, Json)
                ?? throw new JsonException("There is no ticket.");
            var number = ++_count;
            _show($"  [ticket desk] ticket {number}: {ticket.Title}, extension {ticket.Extension}, at {ticket.CalledAt.ToLocalTime():HH:mm:ss}");
            response.StatusCode = (int)HttpStatusCode.Created;
            await JsonSerializer.SerializeAsync(response.OutputStream, new { number });
        }
        catch (JsonException)
        {
            response.StatusCode = (int)HttpStatusCode.BadRequest;
        }
    }
}
