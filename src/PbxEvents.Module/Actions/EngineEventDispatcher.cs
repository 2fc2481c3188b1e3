using System.Management.Automation;
using PbxEvents.Providers;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Module.Actions;

/// <summary>
/// Raises <c>PbxEvents.*</c> engine events for plain <c>Register-EngineEvent</c>. One thread of its own for each connection
/// of a runspace raises them one after the other, in order, through the runspace's <see cref="EngineEventGate"/>; it waits
/// there as long as actions run, which costs nobody else anything. An identifier is raised only while somebody listens: PowerShell would keep what nobody
/// takes for ever.
/// </summary>
internal sealed class EngineEventDispatcher : IDisposable
{
    private const int BatchSize = 256;
    private readonly CancellationTokenSource _stopping = new();
    private readonly PSEventManager _events;
    private readonly EngineEventGate _gate;
    private readonly PbxClient _client;

    public EngineEventDispatcher(PSEventManager events, EngineEventGate gate, PbxClient client)
    {
        _events = events;
        _gate = gate;
        _client = client;
        var cursor = client.Events.OpenCursor(client.Events.Head);
        new Thread(() => Run(cursor)) { IsBackground = true, Name = $"PbxEvents {client.Name}" }.Start();
    }

    public PbxClient Client => _client;

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private void Run(EventCursor cursor)
    {
        try
        {
            var token = _stopping.Token;
            var batch = new List<(PbxEvent Event, PbxGap? Gap)>(BatchSize);
            while (cursor.WaitAsync(token).AsTask().GetAwaiter().GetResult())
            {
                batch.Clear();
                while (batch.Count < BatchSize && cursor.TryRead(out var pbxEvent, out var gap))
                    batch.Add((pbxEvent!, gap));

                // Looked up after the events were read: whoever listened before an event came is among them.
                var wanted = _events.Subscribers.Select(s => s.SourceIdentifier)
                    .Where(id => id is not null && id.StartsWith("PbxEvents.", StringComparison.OrdinalIgnoreCase))
                    .ToHashSet(StringComparer.OrdinalIgnoreCase);
                if (wanted.Count > 0)
                    Raise(batch, wanted, token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or PSInvalidOperationException)
        {
            // The connection, the module or the runspace has ended.
        }
        catch (Exception e)
        {
            // Uncaught on a thread of its own, a mistake would end the process.
            _client.Warn(Faults.Unexpected("raising engine events", e));
        }
    }

    private void Raise(List<(PbxEvent Event, PbxGap? Gap)> batch, HashSet<string> wanted, CancellationToken token)
    {
        foreach (var (pbxEvent, gap) in batch)
        {
            if (gap is not null && wanted.Contains(EngineEventNames.Gap))
                _gate.Raise(EngineEventNames.Gap, _client, new PbxEventArgs(_client, null, gap), token);
            foreach (var name in EngineEventNames.Of(pbxEvent))
            {
                token.ThrowIfCancellationRequested();
                if (wanted.Contains(name))
                    _gate.Raise(name, _client, new PbxEventArgs(_client, pbxEvent, pbxEvent.Gap), token);
            }
        }
    }
}
