using System.Management.Automation;

namespace PbxEvents.Module.Arguments;

/// <summary>Refuses a wildcard pattern that is none, as the parameter is bound: PowerShell's own error comes later, and names no parameter.</summary>
public sealed class ValidateWildcardAttribute : ValidateEnumeratedArgumentsAttribute
{
    /// <summary>Makes a pattern of a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>A pattern that can be used.</returns>
    /// <exception cref="PSInvalidCastException">It is no pattern.</exception>
    internal static WildcardPattern Parse(string text)
    {
        var pattern = new WildcardPattern(text, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        try
        {
            // It is taken apart on first use.
            pattern.IsMatch("");
            return pattern;
        }
        catch (WildcardPatternException)
        {
            throw new PSInvalidCastException(SR.NoPattern.Replace("{0}", text, StringComparison.Ordinal));
        }
    }

    /// <inheritdoc/>
    protected override void ValidateElement(object element)
    {
        try
        {
            Parse(element?.ToString() ?? "");
        }
        catch (PSInvalidCastException e)
        {
            throw new ValidationMetadataException(e.Message);
        }
    }
}
