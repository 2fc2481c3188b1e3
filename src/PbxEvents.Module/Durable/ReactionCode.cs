using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Durable;

/// <summary>
/// A script block as text, with the values of its <c>$using:</c> expressions, or the path of a script: what can run in another runspace.
/// Immutable.
/// </summary>
internal sealed class ReactionCode
{
    private ReactionCode(string text, string? file, Dictionary<string, object?> values) => (Text, File, Values) = (text, file, values);

    /// <summary>The block's text, on the lines on which it stands in its file; of a script its path.</summary>
    public string Text { get; }

    /// <summary>The script to run; null for a block.</summary>
    public string? File { get; }

    /// <summary>What <c>$using:</c> gives, by PowerShell's keys.</summary>
    public Dictionary<string, object?> Values { get; }

    /// <summary>Takes a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="variables">Where it stands.</param>
    public static ReactionCode Of(ScriptBlock block, SessionState variables)
    {
        var values = new Dictionary<string, object?>();
        foreach (UsingExpressionAst expression in block.Ast.FindAll(a => a is UsingExpressionAst, searchNestedScriptBlocks: true))
            values[KeyOf(expression)] = ValueOf(expression.SubExpression, variables);

        // So that an error names the line on which it stands.
        return new ReactionCode(new string('\n', Math.Max(0, block.Ast.Extent.StartLineNumber - 1)) + block, null, values);
    }

    /// <summary>Takes a script.</summary>
    public static ReactionCode Of(string path) => new(path, path, []);

    /// <summary>The key that PowerShell looks a value up by.</summary>
    private static string KeyOf(UsingExpressionAst expression)
    {
        var text = expression.Extent.Text;
        return Convert.ToBase64String(Encoding.Unicode.GetBytes(expression.SubExpression is VariableExpressionAst ? text.ToLowerInvariant() : text));
    }

    private static object? ValueOf(ExpressionAst expression, SessionState variables) => expression is VariableExpressionAst variable
        ? variables.PSVariable.GetValue(variable.VariablePath.UserPath)
        : throw new PSNotSupportedException(SR.UsingTooMuch.With(expression.Extent.Text));
}
