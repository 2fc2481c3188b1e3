using System.Collections.Concurrent;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>Acknowledgements that are waited for. Any thread. Each ends: answered, timed out, or failed with the link.</summary>
internal sealed class AckTable
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<SocketIoReply>> _waiting = new();
    private long _lastId = -1;
    private PbxException? _end;

    /// <summary>Opens an entry.</summary>
    /// <returns>Its id, unique in this table, and the task that ends with it.</returns>
    public (long Id, Task<SocketIoReply> Reply) Add()
    {
        var id = Interlocked.Increment(ref _lastId);
        var entry = new TaskCompletionSource<SocketIoReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = entry;
        // The link may have ended between the caller's look at it and this entry.
        if (Volatile.Read(ref _end) is { } end) entry.TrySetException(end);
        return (id, entry.Task);
    }

    /// <summary>Ends an entry with its answer.</summary>
    /// <param name="id">The id.</param>
    /// <param name="reply">The answer.</param>
    /// <returns>False when nobody waits for it (any more).</returns>
    public bool Complete(long id, SocketIoReply reply) => _waiting.TryRemove(id, out var entry) && entry.TrySetResult(reply);

    /// <summary>Nobody waits for it any more.</summary>
    /// <param name="id">The id.</param>
    public void Remove(long id) => _waiting.TryRemove(id, out _);

    /// <summary>Fails all entries, and every one to come.</summary>
    /// <param name="fault">Why.</param>
    public void FailAll(PbxException fault)
    {
        Volatile.Write(ref _end, fault);
        foreach (var id in _waiting.Keys)
            if (_waiting.TryRemove(id, out var entry)) entry.TrySetException(fault);
    }
}
