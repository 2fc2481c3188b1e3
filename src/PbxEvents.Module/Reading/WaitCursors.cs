using PbxEvents.Providers;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Module.Reading;

/// <summary>
/// The places where waits go on: one for each connection, cmdlet and filter, so that a loop of waits sees every match once,
/// also what arrived while the loop's body ran. Pipeline thread only.
/// </summary>
internal sealed class WaitCursors
{
    /// <summary>A service that waits for each call by its id makes a new filter each time; the longest unused places go.</summary>
    private const int Capacity = 10_000;

    private readonly Dictionary<Key, LinkedListNode<Place>> _places = [];
    private readonly LinkedList<Place> _byUse = new();

    /// <summary>The place of a filter, or a new one.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="filter">The cmdlet's name and its filter as text.</param>
    /// <param name="start">Where a new one starts.</param>
    public EventCursor Get(PbxClient connection, string filter, Func<long> start)
    {
        var key = new Key(connection, filter);
        if (_places.TryGetValue(key, out var known))
        {
            _byUse.Remove(known);
            _byUse.AddLast(known);
            return known.Value.Cursor;
        }
        return Set(connection, filter, start());
    }

    /// <summary>Makes a new place, whatever there was.</summary>
    public EventCursor Set(PbxClient connection, string filter, long start)
    {
        var key = new Key(connection, filter);
        if (_places.Remove(key, out var old))
            _byUse.Remove(old);
        var place = new Place(key, connection.Events.OpenCursor(start));
        _places.Add(key, _byUse.AddLast(place));
        if (_places.Count > Capacity)
        {
            _places.Remove(_byUse.First!.Value.Key);
            _byUse.RemoveFirst();
        }
        return place.Cursor;
    }

    /// <summary>Forgets a connection's places.</summary>
    public void Forget(PbxClient connection)
    {
        foreach (var place in _byUse.Where(p => ReferenceEquals(p.Key.Connection, connection)).ToArray())
        {
            _byUse.Remove(_places[place.Key]);
            _places.Remove(place.Key);
        }
    }

    private readonly record struct Key(PbxClient Connection, string Filter);

    private sealed record Place(Key Key, EventCursor Cursor);
}
