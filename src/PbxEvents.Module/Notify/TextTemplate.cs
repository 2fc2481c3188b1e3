using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;
using PbxEvents.Notify;

namespace PbxEvents.Module.Notify;

/// <summary>
/// A text with places for values, such as <c>{Call.FromName}</c> or <c>{StartedAt:HH:mm}</c>. A place names properties and nothing else, so no
/// value and no template is ever run; a value is put in as it is and not looked at again. Immutable.
/// </summary>
/// <param name="text">The text.</param>
internal sealed partial class TextTemplate(string text)
{
    private const int MaxValue = 500;
    private const int MaxItems = 20;
    private const string TimeForm = "yyyy-MM-dd HH:mm:ss";

    /// <summary>What an object of the model is called in a text, beside its own properties.</summary>
    private static readonly Dictionary<Type, string> Kinds = new()
    {
        [typeof(PbxCall)] = "Call",
        [typeof(PbxEvent)] = "Event",
        [typeof(PbxGap)] = "Gap",
    };

    /// <summary>Puts an object's values in.</summary>
    /// <param name="item">The object; null to leave the text as it is.</param>
    /// <param name="unknown">Told of each place that names nothing that the object has. It stays as it is.</param>
    /// <param name="more">Values beside the object's own, by the name of their place; null for none.</param>
    public string Fill(PSObject? item, Action<string> unknown, IReadOnlyDictionary<string, string>? more = null)
    {
        if (item is null)
            return text;
        return Place().Replace(text, place =>
        {
            if (more?.GetValueOrDefault(place.Groups["path"].Value) is { } known)
                return TextCut.Cut(VisibleText.OfValue(known), MaxValue);
            if (!TryRead(item, place.Groups["path"].Value.Split('.'), out var value))
            {
                unknown(place.Value);
                return place.Value;
            }
            return TextCut.Cut(VisibleText.OfValue(ToText(value, place.Groups["form"].Value)), MaxValue);
        });
    }

    [GeneratedRegex(@"\{(?<path>[A-Za-z]\w*(?:\.[A-Za-z_]\w*)*)(?::(?<form>[^{}\r\n]*))?\}")]
    private static partial Regex Place();

    /// <returns>False when a property is not there that the object's type would have to have.</returns>
    private static bool TryRead(PSObject item, ReadOnlySpan<string> path, out object? value)
    {
        value = item;
        if (path.Length > 1 && item.Properties[path[0]] is null && KindOf(item) is { } kind && kind.Equals(path[0], StringComparison.OrdinalIgnoreCase))
            path = path[1..];
        foreach (var name in path)
        {
            var holder = PSObject.AsPSObject(value);
            if (holder.Properties[name] is not { } property)
            {
                // What a platform sends has a field or has it not. Of everything else a name that is not there is a slip of the pen.
                value = null;
                return holder.BaseObject is PSCustomObject && !ReferenceEquals(holder, item);
            }
            value = ValueOf(property);
            if (value is null)
                return true;
        }
        return true;
    }

    private static string? KindOf(PSObject item) =>
        Kinds.FirstOrDefault(k => k.Key.IsInstanceOfType(item.BaseObject) || item.TypeNames.Contains($"Deserialized.{k.Key.FullName}", StringComparer.Ordinal)).Value;

    private static object? ValueOf(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException)
        {
            // A property that cannot be read now has no value now.
            return null;
        }
    }

    private static string ToText(object? value, string form)
    {
        var plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        try
        {
            return plain switch
            {
                null => "",
                string text => text,
                DateTimeOffset time => time.ToLocalTime().ToString(form.Length > 0 ? form : TimeForm, CultureInfo.InvariantCulture),
                DateTime time => time.ToLocalTime().ToString(form.Length > 0 ? form : TimeForm, CultureInfo.InvariantCulture),
                TimeSpan span when form.Length == 0 => TimeSpan.FromSeconds(Math.Round(span.TotalSeconds)).ToString("c", CultureInfo.InvariantCulture),
                IFormattable number => number.ToString(form, CultureInfo.InvariantCulture),
                IEnumerable items => string.Join(", ", TextCut.Cut([.. items.Cast<object?>().Select(i => ToText(i, form))], MaxItems, "items")),
                _ => plain.ToString() ?? "",
            };
        }
        catch (FormatException)
        {
            return ToText(value, "");
        }
    }
}
