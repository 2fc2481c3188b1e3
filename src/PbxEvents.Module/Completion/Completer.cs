using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Connections;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Module.Completion;

/// <summary>Base of the completers: offers the values that begin with what was typed, quoted where that is needed.</summary>
public abstract class Completer : IArgumentCompleter
{
    private protected Completer()
    {
    }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        var isMeant = MakeTest(wordToComplete);
        return GetCandidates(fakeBoundParameters)
            .Where(c => isMeant(c.Value) || OtherWordsOf(c).Any(w => isMeant(w)))
            .DistinctBy(c => c.Value, StringComparer.OrdinalIgnoreCase)
            .Select(c => new CompletionResult(Quote(c.Value), c.Value, CompletionResultType.ParameterValue, c.ToolTip))
            .ToArray();
    }

    /// <summary>The test for what begins with a word as it was typed: with or without quotes; asterisk and question mark are wildcards.</summary>
    internal static Predicate<string> MakeTest(string? word)
    {
        var typed = (word ?? "").Trim('\'', '"').Replace("''", "'", StringComparison.Ordinal);
        if (typed.AsSpan().IndexOfAny('*', '?') < 0)
            return v => v.StartsWith(typed, StringComparison.OrdinalIgnoreCase);

        // A bracket is a character of a name here: while it is being typed it closes nothing.
        var escaped = typed.Replace("[", "`[", StringComparison.Ordinal).Replace("]", "`]", StringComparison.Ordinal);
        return new WildcardPattern(escaped + "*", WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant).IsMatch;
    }

    /// <summary>Words by which a value is looked for, too.</summary>
    private protected virtual IEnumerable<string> OtherWordsOf(Candidate candidate) => [];

    /// <summary>What the rest of the command line says of a parameter, as texts; empty when it does not say.</summary>
    private protected static IReadOnlyList<string> WordsOf(IDictionary bound, string parameter) => (bound[parameter] is PSObject wrapped ? wrapped.BaseObject : bound[parameter]) switch
    {
        null => [],
        string text => text.Split(',', StringSplitOptions.TrimEntries),
        IEnumerable several => [.. several.Cast<object?>().Select(v => $"{v}")],
        var one => [$"{one}"],
    };

    /// <summary>All values that could be meant, with a line about each.</summary>
    private protected abstract IEnumerable<Candidate> GetCandidates(IDictionary bound);

    /// <summary>The connections that the rest of the command line names, else the default one.</summary>
    private protected static IEnumerable<PbxClient> ConnectionsOf(IDictionary bound)
    {
        var state = ModuleState.Current;
        var value = bound["Connection"] is PSObject wrapped ? wrapped.BaseObject : bound["Connection"];
        return value switch
        {
            PbxClient client => [client],
            string name => state.Connections.Where(new ConnectionArgument(name).Matches),
            _ => state.Default is { } connection ? [connection] : [],
        };
    }

    /// <summary>The platforms that the rest of the command line is about: the named one, the connections', else all.</summary>
    private protected static IEnumerable<PbxProvider> ProvidersOf(IDictionary bound)
    {
        if (bound["Provider"] is string name)
            return PbxProviders.All.Where(p => new WildcardPattern(name, WildcardOptions.IgnoreCase).IsMatch(p.Name));
        var connected = ConnectionsOf(bound).Select(c => c.Platform).Distinct().ToArray();
        return connected.Length == 0 ? PbxProviders.All : connected;
    }

    private static string Quote(string value) =>
        value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '+') && !value.StartsWith('-')
            ? value
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(value)}'";

    private protected readonly record struct Candidate(string Value, string ToolTip);
}
