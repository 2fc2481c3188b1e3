using PbxEvents.Providers;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Tests.Unit.Support;

/// <summary>Reads a client's events one after the other and waits for what a test expects.</summary>
internal sealed class ClientWatch
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly PbxClient _client;
    private readonly EventCursor _cursor;

    /// <param name="client">The client; events from now on are read.</param>
    public ClientWatch(PbxClient client)
    {
        _client = client;
        _cursor = client.Events.OpenCursor(client.Events.Head);
    }

    /// <summary>The events read so far.</summary>
    public List<PbxEvent> Seen { get; } = [];

    /// <summary>The next event that matches; those before it are read as well.</summary>
    /// <param name="match">True for the event.</param>
    /// <param name="what">What is waited for, for the failure's text.</param>
    public async Task<PbxEvent> WaitAsync(Func<PbxEvent, bool> match, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            while (await _cursor.WaitAsync(limit.Token))
            {
                while (_cursor.TryRead(out var pbxEvent, out _))
                {
                    Seen.Add(pbxEvent!);
                    if (match(pbxEvent!))
                        return pbxEvent!;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told below, together with a connection that ended.
        }
        var position = 0L;
        throw new TimeoutException(
            $"No {what}.{Environment.NewLine}Events: {string.Join(" | ", Seen)}{Environment.NewLine}Activity: "
            + string.Join(Environment.NewLine, _client.Activity.Read(ref position)));
    }

    /// <summary>The end of a call.</summary>
    public Task<PbxEvent> EndAsync(string callId) =>
        WaitAsync(e => e.CallId == callId && e.CallState == PbxCallState.Ended, $"end of call {callId}");

    /// <summary>The connection event of that name.</summary>
    public Task<PbxEvent> ConnectionAsync(string name) =>
        WaitAsync(e => e.Category == PbxCategory.Connection && e.Name == name, $"connection event {name}");
}
