using System.Text.Json;
using PbxEvents.Simulator.SocketIo;

namespace PbxEvents.Simulator.TelecomX;

/// <summary>One client on the socket: who it is and what it has subscribed to. Safe from any thread.</summary>
/// <param name="socket">Its socket.</param>
/// <param name="connectedAt">Since when.</param>
internal sealed class TelecomXClient(SocketIoSocket socket, DateTimeOffset connectedAt)
{
    private readonly Dictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly object _lock = new();

    /// <summary>Its socket.</summary>
    public SocketIoSocket Socket { get; } = socket;

    /// <summary>Since when it is connected.</summary>
    public DateTimeOffset ConnectedAt { get; } = connectedAt;

    /// <summary>Who it is; null before it has authenticated.</summary>
    public TelecomXIdentity? Identity { get; private set; }

    /// <summary>The program's name, as it gave it.</summary>
    public string Application { get; private set; } = "";

    /// <summary>Which instance of the program, as it gave it.</summary>
    public string InstanceId { get; private set; } = "";

    /// <summary>The address it gave.</summary>
    public string Ip { get; private set; } = "";

    /// <summary>The channels that it is subscribed to.</summary>
    public IReadOnlyList<string> Channels
    {
        get
        {
            lock (_lock)
                return [.. _subscriptions.Keys];
        }
    }

    /// <summary>It has authenticated.</summary>
    /// <param name="identity">Who it is.</param>
    /// <param name="data">What it told with <c>authenticate</c>.</param>
    public void Authenticated(TelecomXIdentity identity, JsonElement data)
    {
        Application = data.Text("client") ?? "";
        InstanceId = data.Text("instanceId") ?? "";
        Ip = data.Text("ip") ?? "";
        Identity = identity;
    }

    /// <summary>Takes a subscription; the same channel again replaces it.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="customer">The customer; null on the admin channels.</param>
    /// <param name="names">The events, or on ADMIN the kinds; null for all.</param>
    public void Subscribe(string channel, string? customer, IReadOnlySet<string>? names)
    {
        lock (_lock)
            _subscriptions[channel] = new Subscription(customer, names);
    }

    /// <summary>Ends subscriptions.</summary>
    /// <param name="channel">The channel; null for all.</param>
    public void Unsubscribe(string? channel)
    {
        lock (_lock)
        {
            if (channel is null)
                _subscriptions.Clear();
            else
                _subscriptions.Remove(channel);
        }
    }

    /// <summary>The channel by which an event reaches this client.</summary>
    /// <param name="telecomXEvent">The event.</param>
    /// <returns>The channel; null when the client has not asked for it.</returns>
    public string? ChannelOf(TelecomXEvent telecomXEvent)
    {
        var (type, name) = (telecomXEvent.Type, telecomXEvent.Name);
        lock (_lock)
        {
            if (Takes(type, telecomXEvent.Customer, name))
                return type;
            if (type == "CONFIG" && !name.StartsWith("IPTV_", StringComparison.Ordinal) && Takes("CONFIG-NOT-IPTV", telecomXEvent.Customer, name))
            {
                return "CONFIG-NOT-IPTV";
            }

            if (Takes($"ADMIN:{type}", null, name))
                return $"ADMIN:{type}";
            return Takes("ADMIN", null, type) ? "ADMIN" : null;
        }
    }

    private bool Takes(string channel, string? customer, string name) =>
        _subscriptions.TryGetValue(channel, out var s) && (s.Customer is null || s.Customer == customer) && (s.Names is null || s.Names.Contains(name));

    private sealed record Subscription(string? Customer, IReadOnlySet<string>? Names);
}
