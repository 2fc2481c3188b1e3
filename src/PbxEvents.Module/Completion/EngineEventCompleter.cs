using System.Management.Automation;
using PbxEvents.Module.Eventing;

namespace PbxEvents.Module.Completion;

/// <summary>Completes the identifiers of <c>PbxEvents.*</c> for <c>Register-EngineEvent</c>. The module's script calls it.</summary>
public static class EngineEventCompleter
{
    /// <summary>The identifiers that begin with a word.</summary>
    /// <param name="word">The word, with or without quotes.</param>
    /// <returns>The results.</returns>
    public static IEnumerable<CompletionResult> Complete(string? word)
    {
        var pattern = new WildcardPattern((word ?? "").Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        return EngineEventNames.All.Where(pattern.IsMatch).Select(name => new CompletionResult(name));
    }
}
