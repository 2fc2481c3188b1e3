using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PbxEvents.Module.Desk;

/// <summary>Asks a script block who has a number, once for each number.</summary>
/// <param name="script">Gets the number in <c>$_</c> and as its argument; gives a name, or an object with one.</param>
/// <param name="country">Where numbers without a country's code are dialled; null for anywhere.</param>
internal sealed class ContactLookup(ScriptBlock script, string? country) : IContactSource
{
    /// <summary>A listener that runs for years must not remember every number that ever called.</summary>
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<string, PbxContact?> _answers = new();
    private readonly Runspace _home = Runspace.DefaultRunspace;
    private readonly string _text = script.ToString();

    /// <inheritdoc/>
    public IReadOnlyList<PbxContact> All => [.. _answers.Values.OfType<PbxContact>()];

    /// <inheritdoc/>
    public PbxContact? Find(string number)
    {
        var key = NumberKey.Of(number, country);
        if (_answers.TryGetValue(key, out var known))
            return known;
        if (_answers.Count >= MostRemembered)
            _answers.Clear();
        var found = Ask(key);
        _answers[key] = found;
        return found;
    }

    /// <inheritdoc/>
    public PbxContact? FindKnown(string number) => _answers.GetValueOrDefault(NumberKey.Of(number, country));

    private PbxContact? Ask(string number)
    {
        // In the runspace that it was written in it sees that session's variables; any other runs its text.
        var block = ReferenceEquals(Runspace.DefaultRunspace, _home) ? script : ScriptBlock.Create(_text);
        var answer = block.InvokeWithContext(null, [new PSVariable("_", number)], number).LastOrDefault(o => o is not null);
        return answer?.BaseObject switch
        {
            null => null,
            PbxContact contact => contact,
            string name => string.IsNullOrWhiteSpace(name) ? null : new PbxContact { Name = VisibleText.OfValue(name.Trim()), Numbers = [number], Source = "-Lookup" },
            _ => ContactRow.Read(answer, null, "-Lookup") is { } contact ? contact with { Numbers = [number] } : null,
        };
    }
}
