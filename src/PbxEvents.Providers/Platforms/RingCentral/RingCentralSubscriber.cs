using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The one subscription of a session (ringcentral.md section 5.2): a second POST would silently replace the first, so all
/// wishes are merged into one POST, and later changes are PUTs on the same socket. Loop only.
/// </summary>
internal sealed class RingCentralSubscriber
{
    private const string Path = "/restapi/v1.0/subscription";

    /// <summary>Section 2.3: up to 3 tries of what may pass.</summary>
    private const int MaxTries = 3;

    private readonly ISessionHost _host;
    private readonly string _server;
    private readonly RingCentralTiming _timing;
    private readonly KeyedTimers<RingCentralLink> _retryTimers;
    private readonly List<Wish> _wishes = [];
    private readonly HashSet<string> _inherited = new(StringComparer.Ordinal);

    public RingCentralSubscriber(ISessionHost host, string server, RingCentralTiming timing)
    {
        _host = host;
        _server = server;
        _timing = timing;
        _retryTimers = new KeyedTimers<RingCentralLink>(host, Resume);
    }

    /// <summary>Called when a link has all that is wished for, as far as the platform takes it.</summary>
    public required Action<RingCentralLink> Settled { get; init; }

    /// <summary>Called when a link needs a fresh token, at most once for each link.</summary>
    public required Action RenewToken { get; init; }

    /// <summary>Called when the subscription on the wire has changed.</summary>
    public required Action<RingCentralLink> Changed { get; init; }

    /// <summary>True while filters of an earlier process wait for somebody to wish for them.</summary>
    public bool IsInheriting => _inherited.Count > 0;

    /// <summary>The filters that somebody wishes for.</summary>
    public IEnumerable<RingCentralFilter> Filters => _wishes.SelectMany(w => w.Filters);

    /// <summary>Adds a wish.</summary>
    public void Add(PbxSubscription subscription, IReadOnlyList<RingCentralFilter> filters)
    {
        _wishes.Add(new Wish(subscription, filters));
        if (_inherited.Count > 0 && _inherited.All(IsWished))
            _inherited.Clear();
    }

    /// <summary>Removes a wish.</summary>
    public void Remove(PbxSubscription subscription) => _wishes.RemoveAll(w => ReferenceEquals(w.Subscription, subscription));

    /// <summary>The filters of an earlier process stay on the wire until their subscriptions are back, or <see cref="DropInherited"/>.</summary>
    public void Inherit(IEnumerable<string> filters) => _inherited.UnionWith(filters.Where(f => !IsWished(f)));

    /// <summary>Nobody came back for the filters of the earlier process.</summary>
    public void DropInherited() => _inherited.Clear();

    /// <summary>Brings the subscription of a link in line with the wishes; call it after every change.</summary>
    public void Sync(RingCentralLink link)
    {
        if (link.Phase is not (RingCentralPhase.Subscribing or RingCentralPhase.Ready))
            return;
        if (link.IsChanging)
        {
            link.IsDirty = true;
            return;
        }
        link.IsDirty = false;
        var wanted = WantedOn(link);
        if (link.Wire is { } wire)
        {
            if (wanted.Count == 0)
                Delete(link, wire);
            else if (!wire.Filters.SetEquals(wanted))
                Change(link, "PUT", $"{Path}/{Uri.EscapeDataString(wire.Id)}", wanted);
            else
                Place(link, []);
        }
        else if (wanted.Count > 0)
        {
            Change(link, "POST", Path, wanted);
        }
        if (!link.IsChanging)
            Settle(link);
    }

    /// <summary>Asks whether the subscription of a recovered session is there (section 12, question 4).</summary>
    /// <param name="link">The link.</param>
    /// <param name="done">Told what is left: Recovered for all of it, Partial when filters are missing, Lost when it is gone.</param>
    public void Verify(RingCentralLink link, Action<PbxGapRecovery> done)
    {
        var wire = link.Wire!;
        link.Exchange.Send("GET", $"{Path}/{Uri.EscapeDataString(wire.Id)}", default, _timing.Reply, reply => done(Judge(link, wire, reply)), isFirst: true);
    }

    /// <summary>Ends the subscription because the user disconnects. Nobody waits for the answer.</summary>
    public static void End(RingCentralLink link)
    {
        if (link.Wire is { } wire)
            link.Exchange.Send("DELETE", $"{Path}/{Uri.EscapeDataString(wire.Id)}", default, null, _ => { }, isFirst: true);
        link.Wire = null;
    }

    /// <summary>A link is gone, and what was about to be tried on it.</summary>
    public void Closed(RingCentralLink link) => _retryTimers.Cancel(link);

    private bool IsWished(string filter) => Filters.Any(f => f.Text == filter);

    private HashSet<string> WantedOn(RingCentralLink link)
    {
        var wanted = new HashSet<string>(_inherited, StringComparer.Ordinal);
        var mayAsk = true;
        foreach (var wish in _wishes)
        {
            var isPlaced = link.Placed.Contains(wish.Subscription);
            if (!isPlaced && !mayAsk)
                continue;
            wanted.UnionWith(wish.Filters.Select(f => f.Text));
            mayAsk &= isPlaced || !link.AsksSingly;
        }
        return wanted;
    }

    private void Delete(RingCentralLink link, WireSubscription wire)
    {
        _host.Log("Nothing is subscribed to any more.");
        link.Wire = null;
        link.Placed.Clear();
        Changed(link);
        link.IsChanging = true;

        // Refusals (404: it is gone already) change nothing.
        link.Exchange.Send("DELETE", $"{Path}/{Uri.EscapeDataString(wire.Id)}", default, _timing.Reply, _ => Finished(link), isFirst: true);
    }

    private void Change(RingCentralLink link, string method, string path, HashSet<string> wanted)
    {
        _host.Log($"{method} subscription with {wanted.Count} filter{(wanted.Count == 1 ? "" : "s")}.");
        var asked = _wishes.Where(w => w.Filters.All(f => wanted.Contains(f.Text))).ToArray();
        var body = JsonPayload.Write(w =>
        {
            w.WriteStartObject();
            w.WriteStartArray("eventFilters");
            foreach (var filter in wanted)
                w.WriteStringValue(filter);
            w.WriteEndArray();
            w.WriteStartObject("deliveryMode");
            w.WriteString("transportType", "WebSocket");
            w.WriteEndObject();
            w.WriteEndObject();
        });
        link.IsChanging = true;
        link.Exchange.Send(method, path, body, _timing.Reply, reply => Answered(link, wanted, asked, reply), isFirst: true);
    }

    private void Answered(RingCentralLink link, HashSet<string> wanted, Wish[] asked, RingCentralReply reply)
    {
        link.IsChanging = false;
        if (reply.IsSuccess)
        {
            link.Failures = 0;
            Taken(link, wanted, reply);
            Sync(link);
            return;
        }
        var error = RingCentralError.Read(reply.Body);
        switch (reply.Status)
        {
            case 404 when link.Wire is not null:
                _host.Log($"The subscription has expired on the platform{error.Words()}; subscribing again.");
                link.Wire = null;
                link.Placed.Clear();
                Changed(link);
                Sync(link);
                break;
            case 401 when !link.HasRenewed:
                AskWithFreshToken(link, "The access token is not accepted; renewing it.");
                break;
            case 429:
                Retry(link, reply.RetryAfter ?? _timing.Penalty);
                break;
            case 408 or >= 500 when ++link.Failures < MaxTries:
                Retry(link, _timing.RetryPause);
                break;
            case 0 or 408 or >= 500:
                GiveUp(link, asked, reply.Status == 0 ? $"no answer came within {_timing.Reply.TotalSeconds:0.#} s" : $"it answered with status {reply.Status}");
                break;
            default:
                Refuse(link, asked, reply.Status, error);
                break;
        }
    }

    private void AskWithFreshToken(RingCentralLink link, string why)
    {
        _host.Log(why);
        link.HasRenewed = true;
        link.IsChanging = true;
        RenewToken();
    }

    /// <summary>The token was renewed, or a pause is over: ask again.</summary>
    public void Resume(RingCentralLink link)
    {
        link.IsChanging = false;
        Sync(link);
    }

    private void Retry(RingCentralLink link, TimeSpan after)
    {
        _host.Log($"Asking again for the subscription in {after.TotalSeconds:0.#} s.");
        link.IsChanging = true;
        _retryTimers.Set(link, after);
    }

    /// <summary>What is asked for may or may not stand on the platform; a new session makes it certain.</summary>
    private void GiveUp(RingCentralLink link, Wish[] asked, string why)
    {
        link.Failures = 0;
        foreach (var wish in asked.Where(w => !link.Placed.Contains(w.Subscription) && link.Phase == RingCentralPhase.Ready))
        {
            Remove(wish.Subscription);
            _host.Reject(wish.Subscription, RingCentralFaults.NotConfirmed(_server, wish.Texts, why));
        }
        link.Wire = null;
        _host.CloseLink(link.Id, RingCentralFaults.SubscribeFailed(_server, why));
    }

    private void Refuse(RingCentralLink link, Wish[] asked, int status, RingCentralError error)
    {
        var open = asked.Where(w => !link.Placed.Contains(w.Subscription)).ToArray();
        if (!link.HasRenewed && Array.Exists(open, w => w.Subscription.ConfirmedAt is not null))
        {
            // It stood before, so one no is not taken for the last word.
            AskWithFreshToken(link, $"A subscription that was accepted before is refused{error.Words()}; trying once more with a fresh token.");
            return;
        }
        if (open.Length > 1)
        {
            // The platform does not say which one it means.
            link.AsksSingly = true;
            Sync(link);
            return;
        }
        if (open.Length == 1)
        {
            Remove(open[0].Subscription);
            _host.Reject(open[0].Subscription, RingCentralFaults.Refused(_server, open[0].Texts, status, error));
            Sync(link);
            return;
        }
        _host.Warn(RingCentralFaults.Refused(_server, [.. WantedOn(link)], status, error));

        // Fewer filters were asked for and refused. What stands on the wire covers the wishes, so it is left as it is.
        Settle(link);
    }

    private void Taken(RingCentralLink link, HashSet<string> wanted, RingCentralReply reply)
    {
        var answer = SubscriptionAnswer.None;
        try
        {
            answer = SubscriptionAnswer.Read(reply.Body);
        }
        catch (JsonException)
        {
            _host.ReportUnreadable(reply.Body.Span, "The answer to a subscription is not JSON.");
        }
        var id = answer.Id ?? link.Wire?.Id ?? reply.Header("WSG-SubscriptionId");
        if (id is null)
        {
            _host.ReportUnreadable(reply.Body.Span, "The answer to a subscription names none.");
            id = "";
        }
        link.Wire = new WireSubscription(id, wanted);
        Changed(link);
        Place(link, answer.Disabled);
    }

    /// <summary>
    /// Confirms the wishes that the subscription covers. One without a single active filter is refused; of the others, what is
    /// not active is told as a warning, once.
    /// </summary>
    private void Place(RingCentralLink link, IReadOnlyList<(string Filter, string? Why)> disabled)
    {
        var wire = link.Wire!;
        var untold = disabled.Where(d => link.Disabled.Add(d.Filter)).ToList();
        foreach (var wish in _wishes.Where(w => !link.Placed.Contains(w.Subscription) && w.Filters.All(f => wire.Filters.Contains(f.Text))).ToArray())
        {
            var off = disabled.Where(d => wish.Filters.Any(f => f.Text == d.Filter)).ToArray();
            if (off.Length > 0 && off.Length == wish.Filters.Count)
            {
                Remove(wish.Subscription);
                _host.Reject(wish.Subscription, RingCentralFaults.Disabled(off));
                untold.RemoveAll(d => off.Contains(d));
                continue;
            }
            link.Placed.Add(wish.Subscription);
            _host.Confirm(wish.Subscription, off.Length == 0 ? $"subscription {wire.Id}"
                : $"subscription {wire.Id}, without {string.Join(", ", off.Select(d => d.Filter))}");
        }
        if (untold.Count > 0)
            _host.Warn(RingCentralFaults.Disabled(untold));
    }

    private void Finished(RingCentralLink link)
    {
        link.IsChanging = false;
        if (link.IsDirty)
            Sync(link);
        else
            Settle(link);
    }

    private void Settle(RingCentralLink link)
    {
        if (_wishes.All(w => link.Placed.Contains(w.Subscription)))
        {
            link.AsksSingly = false;
            Settled(link);
        }
    }

    private PbxGapRecovery Judge(RingCentralLink link, WireSubscription wire, RingCentralReply reply)
    {
        if (reply.Status == 404)
        {
            link.Wire = null;
            return PbxGapRecovery.Lost;
        }
        if (!reply.IsSuccess)
        {
            _host.Log($"The recovered subscription could not be looked at (status {reply.Status}); it is taken as it was.");
            return PbxGapRecovery.Recovered;
        }
        try
        {
            var answer = SubscriptionAnswer.Read(reply.Body);
            if (!answer.IsActive)
            {
                link.Wire = null;
                return PbxGapRecovery.Lost;
            }

            // The platform may write the filters in another way than it was asked; their number tells.
            if (answer.ActiveFilters + answer.Disabled.Count < wire.Filters.Count)
            {
                link.Wire = wire with { Filters = new HashSet<string>() };
                return PbxGapRecovery.Partial;
            }
        }
        catch (JsonException)
        {
            _host.ReportUnreadable(reply.Body.Span, "The answer to a question about the subscription is not JSON.");
        }
        return PbxGapRecovery.Recovered;
    }

    private sealed record Wish(PbxSubscription Subscription, IReadOnlyList<RingCentralFilter> Filters)
    {
        public IReadOnlyList<string> Texts => [.. Filters.Select(f => f.Text)];
    }
}
