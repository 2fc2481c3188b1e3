using System.Management.Automation;
using System.Text;

namespace PbxEvents.Module.Data;

/// <summary>What stands behind the property <c>Data</c> in PbxEvents.Types.ps1xml. PowerShell calls it; any thread.</summary>
public static class DataProperty
{
    /// <summary>Keeps "there is none" apart from "not made yet".</summary>
    private static readonly object None = new();

    /// <summary>An event's payload as a PowerShell object, made on first use.</summary>
    /// <param name="instance">The event.</param>
    /// <returns>The object; null when there is no payload.</returns>
    public static object? OfEvent(PSObject instance)
    {
        if (instance?.BaseObject is not PbxEvent pbxEvent)
            return null;
        pbxEvent.DataCache ??= Make(pbxEvent.GetUtf8().Span);
        return ReferenceEquals(pbxEvent.DataCache, None) ? null : pbxEvent.DataCache;
    }

    /// <summary>A reply's payload as a PowerShell object, made on first use.</summary>
    /// <param name="instance">The reply.</param>
    /// <returns>The object; null when there is no payload.</returns>
    public static object? OfReply(PSObject instance)
    {
        if (instance?.BaseObject is not PbxReply reply)
            return null;
        reply.DataCache ??= Make(Encoding.UTF8.GetBytes(reply.Raw));
        return ReferenceEquals(reply.DataCache, None) ? null : reply.DataCache;
    }

    /// <summary>A payload as the views show it: in one line, with the control characters that a caller put into his name made visible.</summary>
    /// <param name="data">The payload or a part of it.</param>
    /// <returns>The text; null when there is no payload.</returns>
    public static string? ToText(object? data) => data is null ? null : VisibleText.OfValue(LanguagePrimitives.ConvertTo<string>(data));

    private static object Make(ReadOnlySpan<byte> utf8) => utf8.IsEmpty ? None : JsonToPSObject.Convert(utf8) ?? None;
}
