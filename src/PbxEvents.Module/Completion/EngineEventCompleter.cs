using System.Management.Automation;
using PbxEvents.Module.Actions;

namespace PbxEvents.Module.Completion;

/// <summary>Completes the identifiers of <c>PbxEvents.*</c> for PowerShell's own event cmdlets. The module's script calls it.</summary>
public static class EngineEventCompleter
{
    /// <summary>The identifiers that begin with a word.</summary>
    /// <param name="word">The word, with or without quotes.</param>
    /// <returns>The results.</returns>
    public static IEnumerable<CompletionResult> Complete(string? word)
    {
        var begins = Completer.MakeTest(word);
        return EngineEventNames.All.Where(n => begins(n)).Select(name => new CompletionResult(name));
    }
}
