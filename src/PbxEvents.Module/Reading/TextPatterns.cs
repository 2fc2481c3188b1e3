using System.Management.Automation;
using PbxEvents.Module.Arguments;

namespace PbxEvents.Module.Reading;

/// <summary>A text that must fit one of several wildcard patterns; without any, every text fits, also a missing one. Immutable.</summary>
internal sealed class TextPatterns
{
    private readonly WildcardPattern[] _patterns;

    public TextPatterns(string[]? patterns)
    {
        Text = patterns is null ? "" : string.Join('\u001f', patterns.Select(p => p.ToUpperInvariant()));
        _patterns = patterns is null ? [] : Array.ConvertAll(patterns, ValidateWildcardAttribute.Parse);
    }

    /// <summary>The patterns as a key: equal for equal patterns.</summary>
    public string Text { get; }

    public bool IsEmpty => _patterns.Length == 0;

    public bool IsMatch(string? text)
    {
        if (_patterns.Length == 0)
            return true;
        if (text is null)
            return false;
        foreach (var pattern in _patterns)
        {
            if (pattern.IsMatch(text))
                return true;
        }
        return false;
    }
}
