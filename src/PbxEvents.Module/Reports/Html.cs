using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace PbxEvents.Module.Reports;

/// <summary>Text of others in a page, where it stays text.</summary>
internal static class Html
{
    /// <summary>A text that is neither markup nor part of any.</summary>
    public static string Text(string? text) => WebUtility.HtmlEncode(VisibleText.OfValue(text ?? ""));

    /// <summary>A name or a number, whichever way it is written, that turns nothing beside it around.</summary>
    public static string Word(string? text) => string.IsNullOrEmpty(text) ? "" : $"<bdi>{Text(text)}</bdi>";

    /// <summary>How a content security policy names a style or a script that stands in the page.</summary>
    public static string HashOf(string content) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}'";
}
