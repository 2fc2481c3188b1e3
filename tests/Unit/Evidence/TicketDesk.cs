using System.Net;
using System.Text.Json;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A ticket.</summary>
/// <param name="Key">The key that it was filed under.</param>
/// <param name="Connection">The connection that told the call.</param>
/// <param name="CallId">The call that it is about.</param>
/// <param name="Outcome">How the call went, as the client said.</param>
/// <param name="Origin">Live, or from records.</param>
internal sealed record Ticket(string Key, string Connection, string CallId, string Outcome, string Origin)
{
    public override string ToString() => $"{Key} {Outcome} {Origin}";
}

/// <summary>
/// A ticket system on loopback that honours <c>Idempotency-Key</c>: the same key gets the same ticket. It takes its time to answer, so that a
/// client is killed between the ticket and its answer, and now and then refuses one before it is filed.
/// </summary>
internal sealed class TicketDesk : IAsyncDisposable
{
    private const int RefuseOneOf = 15;

    private static readonly JsonSerializerOptions Words = new(JsonSerializerDefaults.Web);

    private readonly Random _random;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Ticket> _tickets = [];
    private readonly LoopbackService _service;

    /// <param name="seed">Where every choice comes from.</param>
    public TicketDesk(int seed)
    {
        _random = new Random(seed);
        _service = new LoopbackService(AnswerAsync);
    }

    /// <summary>Where tickets go to.</summary>
    public string Uri => $"{_service.Uri}/tickets/";

    /// <summary>One for each key.</summary>
    public IReadOnlyList<Ticket> Tickets
    {
        get
        {
            lock (_gate)
                return [.. _tickets.Values];
        }
    }

    /// <summary>How often a ticket came that it had already.</summary>
    public int Repeats { get; private set; }

    /// <summary>How often it refused one.</summary>
    public int Refused { get; private set; }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var ticket = await JsonSerializer.DeserializeAsync<Ticket>(context.Request.InputStream, Words);
            var (isTaken, pause) = Take(ticket! with { Key = context.Request.Headers["Idempotency-Key"]! });
            await Task.Delay(pause);
            context.Response.StatusCode = isTaken ? 201 : 503;
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException or JsonException)
        {
            // Who asked was killed in between.
        }
    }

    private (bool IsTaken, int Pause) Take(Ticket ticket)
    {
        lock (_gate)
        {
            if (_random.Next(RefuseOneOf) == 0)
            {
                Refused++;
                return (false, 0);
            }
            if (!_tickets.TryAdd(ticket.Key, ticket))
                Repeats++;
            return (true, _random.Next(40));
        }
    }
}
