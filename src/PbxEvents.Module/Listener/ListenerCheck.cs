using System.Management.Automation;
using System.Security;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Listener;

/// <summary>Looks for what is wrong in a listener file before anything of it is done, by what the cmdlets say of their parameters.</summary>
internal static class ListenerCheck
{
    private const string AllSets = "__AllParameterSets";

    /// <summary>All that is wrong, from the top of the file down.</summary>
    public static IReadOnlyList<ListenerProblem> Check(ListenerFile file)
    {
        if (file.Problems.Count > 0)
            return file.Problems;
        var problems = new List<ListenerProblem>();
        foreach (var item in file.Items)
            problems.AddRange([.. CheckItem(item), .. CheckNotify(item, file)]);
        foreach (var section in (string[])["Connections", "Subscriptions"])
        {
            if (!file.Items.Any(i => i.Section.Name == section))
                problems.Add(new ListenerProblem(1, section, SR.ListenerNoneOf));
        }
        if (!file.Items.Any(i => i.Section.Name == "Journal") && file.Items.FirstOrDefault(i => i.Section.Name == "Reactions") is { } reaction)
            problems.Add(new ListenerProblem(reaction.Line, reaction.Place, SR.ListenerNeedsJournal));
        foreach (var group in file.Items.Where(i => i.Name is not null).GroupBy(i => (i.Section.Name, i.Name!.ToUpperInvariant())).Where(g => g.Count() > 1))
            problems.Add(new ListenerProblem(group.Last().Line, group.Last().Place, SR.ListenerNameTwice.With(group.First().Name!, group.First().Line)));
        return [.. problems.OrderBy(p => p.Line)];
    }

    /// <summary>True for a parameter that takes a secret: in a file stands the secret's name.</summary>
    public static bool IsSecret(ParameterMetadata parameter) => parameter.ParameterType == typeof(PSCredential) || parameter.ParameterType == typeof(SecureString);

    private static IEnumerable<ListenerProblem> CheckItem(ListenerItem item)
    {
        var given = new List<ParameterMetadata>();
        foreach (var value in item.Values.Values)
        {
            var at = $"{item.Place}.{value.Key}";
            if (item.Section.IsOwnKey(value.Key))
            {
                if (value.Value is not string { Length: > 0 })
                    yield return new ListenerProblem(value.Line, at, SR.ListenerText);
                continue;
            }
            if (item.Section.FindParameter(value.Key) is not { } parameter)
            {
                yield return new ListenerProblem(value.Line, at, Unknown(item.Section, value.Key));
                continue;
            }
            given.Add(parameter);
            if (WhyNot(parameter, value.Value) is { } why)
                yield return new ListenerProblem(value.Line, at, why);
        }
        if (item.Section.Name == ListenerSection.Notifiers && item.Name is null)
            yield return new ListenerProblem(item.Line, item.Place, SR.ListenerMissing.With("Name"));

        // Its notifier takes the place of the action.
        if (item.Notify is not null && given.Find(p => p.Name is "Action" or "FilePath") is { } action)
            yield return new ListenerProblem(item.Line, item.Place, SR.ListenerTwoActions.With(action.Name));
        else if (item.Notify is not null)
            given.Add(item.Section.FindParameter("Action")!);
        if (WhyNotWhole(item.Section.Parameters, given) is { } lack)
            yield return new ListenerProblem(item.Line, item.Place, lack);
    }

    private static IEnumerable<ListenerProblem> CheckNotify(ListenerItem item, ListenerFile file)
    {
        if (item.Notify is not { } notify)
        {
            if (item.Section.MayNotify && item.Values.Values.FirstOrDefault(v => item.Section.IsOwnKey(v.Key)) is { Value: string } other)
                yield return new ListenerProblem(other.Line, $"{item.Place}.{other.Key}", SR.ListenerNeedsNotify);
            yield break;
        }
        var names = file.Items.Where(i => i.Section.Name == ListenerSection.Notifiers && i.Name is not null).Select(i => i.Name!).ToArray();
        if (!names.Contains(notify, StringComparer.OrdinalIgnoreCase))
        {
            yield return new ListenerProblem(
                item.Values[ListenerSection.Notify].Line, $"{item.Place}.{ListenerSection.Notify}", SR.ListenerNoNotifier.With(notify, names.Length == 0 ? SR.ListenerNobody : string.Join(", ", names)));
        }
        if (item.Section.Name == "Reactions" && item.TextOf(ListenerSection.Text) is null)
            yield return new ListenerProblem(item.Line, item.Place, SR.ListenerMissing.With(ListenerSection.Text));
    }

    private static string Unknown(ListenerSection section, string key)
    {
        string[] names = [.. section.Parameters.Select(p => p.Name), .. section.MayNotify ? (string[])[ListenerSection.Notify, ListenerSection.Subject, ListenerSection.Text] : []];
        var near = names.Where(n => IsNear(n, key)).ToArray();
        return SR.ListenerNoSuchKey.With(section.Command, string.Join(", ", near.Length > 0 ? near : names));
    }

    /// <summary>One slip of the finger away, or a part of the word.</summary>
    private static bool IsNear(string name, string key) =>
        name.Contains(key, StringComparison.OrdinalIgnoreCase) || key.Contains(name, StringComparison.OrdinalIgnoreCase) || Distance(name.ToUpperInvariant(), key.ToUpperInvariant()) <= 2;

    /// <summary>How many letters have to be put in, taken out or changed (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }

    private static string? WhyNot(ParameterMetadata parameter, object? value)
    {
        if (IsSecret(parameter))
            return value is string { Length: > 0 } ? null : SR.ListenerSecretName;
        if (parameter.ParameterType == typeof(ScriptBlock))
            return value is ScriptBlock ? null : SR.ListenerCode;
        if (value is ScriptBlock)
            return SR.ListenerNoCode;
        if (parameter.ParameterType == typeof(SwitchParameter))
            return value is bool ? null : SR.ListenerTrueOrFalse;
        try
        {
            _ = LanguagePrimitives.ConvertTo(value, parameter.ParameterType, System.Globalization.CultureInfo.InvariantCulture);
            return null;
        }
        catch (PSInvalidCastException e)
        {
            var type = parameter.ParameterType.GetElementType() ?? parameter.ParameterType;
            return type.IsEnum ? SR.ListenerNoneOfThese.With(VisibleText.OfValue($"{value}"), string.Join(", ", Enum.GetNames(type))) : (e.InnerException ?? e).Message;
        }
    }

    /// <summary>What a set of parameters still needs, for the set that needs least; null when one is whole.</summary>
    private static string? WhyNotWhole(IReadOnlyList<ParameterMetadata> all, List<ParameterMetadata> given)
    {
        var sets = all.SelectMany(p => p.ParameterSets.Keys).Where(s => s != AllSets).Distinct().DefaultIfEmpty(AllSets);
        var lacks = sets
            .Where(set => given.TrueForAll(g => IsIn(g, set)))
            .Select(set => all.Where(p => IsIn(p, set) && IsMandatory(p, set) && !given.Contains(p)).Select(p => p.Name).ToArray())
            .ToArray();
        if (lacks.Length == 0)
            return SR.ListenerNotTogether;
        return Array.Exists(lacks, l => l.Length == 0) ? null
            : SR.ListenerMissing.With(string.Join($" {SR.ListenerOr} ", lacks.Select(l => string.Join(", ", l)).Distinct()));
    }

    private static bool IsIn(ParameterMetadata parameter, string set) => parameter.ParameterSets.ContainsKey(set) || parameter.ParameterSets.ContainsKey(AllSets);

    private static bool IsMandatory(ParameterMetadata parameter, string set) =>
        (parameter.ParameterSets.GetValueOrDefault(set) ?? parameter.ParameterSets.GetValueOrDefault(AllSets))!.IsMandatory;
}
