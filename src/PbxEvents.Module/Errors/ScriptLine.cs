using System.Management.Automation;
using System.Management.Automation.Language;

namespace PbxEvents.Module.Errors;

/// <summary>Where in a script an error comes from.</summary>
internal static class ScriptLine
{
    /// <summary>The place as PowerShell's error view shows it; null when it is in no script.</summary>
    public static IScriptExtent? ExtentOf(ErrorRecord? error)
    {
        if (error?.InvocationInfo is not { ScriptLineNumber: > 0 } place)
            return null;
        return new ScriptExtent(At(place.OffsetInLine), At(Math.Max(place.OffsetInLine, place.Line.TrimEnd().Length) + 1));

        ScriptPosition At(int offset) => new(place.ScriptName, place.ScriptLineNumber, offset, place.Line);
    }

    /// <summary>The place in words: file, number and text of the line; null when it is in no script.</summary>
    public static string? Describe(Exception error)
    {
        if ((error as RuntimeException)?.ErrorRecord?.InvocationInfo is not { ScriptLineNumber: > 0 } place)
            return null;
        var file = place.ScriptName is { Length: > 0 } name ? Path.GetFileName(name) : null;
        return (file is null ? SR.PlaceInInput : SR.PlaceInScript).With(place.ScriptLineNumber, place.Line.Trim(), file);
    }
}
