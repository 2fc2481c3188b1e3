namespace PbxEvents.Module.Reading;

/// <summary>The part of a filter that speaks of who takes part: for events and calls alike. Immutable.</summary>
internal sealed class PartyFilter(string[]? from, string[]? to, string[]? extension, string[]? queue)
{
    private readonly TextPatterns _from = new(from);
    private readonly TextPatterns _to = new(to);
    private readonly TextPatterns _extension = new(extension);
    private readonly TextPatterns _queue = new(queue);

    /// <summary>Equal for equal filters.</summary>
    public string Text => $"{_from.Text}\u001e{_to.Text}\u001e{_extension.Text}\u001e{_queue.Text}";

    /// <summary>True when everybody fits.</summary>
    public bool IsEmpty => _from.IsEmpty && _to.IsEmpty && _extension.IsEmpty && _queue.IsEmpty;

    /// <summary>An event may name the parties of its leg; those of its call count as well.</summary>
    public bool IsMatch(PbxEvent e) =>
        (_from.IsMatch(e.From) || (e.Call?.From is { } from && _from.IsMatch(from)))
        && (_to.IsMatch(e.To) || (e.Call?.To is { } to && _to.IsMatch(to))) && _queue.IsMatch(e.Queue ?? e.Call?.Queue)
        && (_extension.IsMatch(e.Extension) || (e.Call is { } call && MatchesExtension(call)));

    public bool IsMatch(PbxCall call) =>
        _from.IsMatch(call.From) && _to.IsMatch(call.To) && _queue.IsMatch(call.Queue) && MatchesExtension(call);

    /// <summary>An extension takes part in a call when one of the legs is its own, as subscriptions see it too.</summary>
    private bool MatchesExtension(PbxCall call)
    {
        if (_extension.IsMatch(call.Extension))
            return true;
        foreach (var leg in call.Legs)
        {
            if (leg.Extension is not null && _extension.IsMatch(leg.Extension))
                return true;
        }
        return false;
    }
}
