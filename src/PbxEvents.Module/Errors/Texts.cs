using System.Globalization;

namespace PbxEvents.Module.Errors;

/// <summary>Fills in the texts of SR.resx.</summary>
internal static class Texts
{
    public static string With(this string text, params object?[] values) => string.Format(CultureInfo.InvariantCulture, text, values);
}
