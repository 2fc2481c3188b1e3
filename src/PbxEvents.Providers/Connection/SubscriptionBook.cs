namespace PbxEvents.Providers.Connection;

/// <summary>
/// The subscriptions of a connection and the calls that wait for their confirmation. Changed on the loop; the list may be
/// read anywhere. It is made when somebody reads it: made at every change, ten thousand subscriptions would copy it ten
/// thousand times.
/// </summary>
internal sealed class SubscriptionBook
{
    private readonly Dictionary<PbxSubscription, TaskCompletionSource<PbxSubscription>> _waiting = [];
    private readonly SortedDictionary<int, PbxSubscription> _byId = [];
    private readonly object _gate = new();
    private PbxSubscription[]? _all;

    /// <summary>All of them, oldest first. Any thread.</summary>
    public IReadOnlyList<PbxSubscription> All
    {
        get
        {
            lock (_gate)
                return _all ??= [.. _byId.Values];
        }
    }

    /// <summary>Those that miss what comes while there is no link. Any thread.</summary>
    public IEnumerable<PbxSubscription> Live => All.Where(s => s.State is PbxSubscriptionState.Active or PbxSubscriptionState.Pending);

    public void Add(PbxSubscription subscription, TaskCompletionSource<PbxSubscription> waiter)
    {
        lock (_gate)
        {
            _byId.Add(subscription.Id, subscription);
            _all = null;
        }
        _waiting.Add(subscription, waiter);
    }

    /// <returns>False when it was not there.</returns>
    public bool Remove(PbxSubscription subscription)
    {
        lock (_gate)
        {
            if (!_byId.TryGetValue(subscription.Id, out var known) || !ReferenceEquals(known, subscription))
                return false;
            _byId.Remove(subscription.Id);
            _all = null;
        }
        if (_waiting.Remove(subscription, out var waiter))
            waiter.TrySetCanceled();
        return true;
    }

    public void Confirm(PbxSubscription subscription, string? confirmation, DateTimeOffset now)
    {
        if (subscription.State is PbxSubscriptionState.Cancelled)
            return;
        subscription.Confirmation = VisibleText.OfValue(confirmation);
        subscription.ConfirmedAt = now;
        subscription.Error = null;
        subscription.State = PbxSubscriptionState.Active;
        if (_waiting.Remove(subscription, out var waiter))
            waiter.TrySetResult(subscription);
    }

    /// <returns>True when a call waited for it and is told; false when the refusal must be told in the stream.</returns>
    public bool Reject(PbxSubscription subscription, PbxException error)
    {
        subscription.Error = error;
        subscription.Confirmation = error.Message;
        subscription.State = PbxSubscriptionState.Rejected;
        return _waiting.Remove(subscription, out var waiter) && waiter.TrySetException(error);
    }

    /// <summary>The link is gone: what was confirmed has to be confirmed again.</summary>
    public void LinkLost()
    {
        foreach (var subscription in All)
        {
            if (subscription.State == PbxSubscriptionState.Active)
                subscription.State = PbxSubscriptionState.Pending;
        }
    }

    /// <summary>The connection is over.</summary>
    public void CancelAll(PbxException why)
    {
        foreach (var subscription in All)
        {
            if (subscription.State != PbxSubscriptionState.Rejected)
                subscription.State = PbxSubscriptionState.Cancelled;
        }
        foreach (var waiter in _waiting.Values)
            waiter.TrySetException(why);
        _waiting.Clear();
    }
}
