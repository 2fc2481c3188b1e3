using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>Reads <c>members</c> (yeastar.md section 5.2). One instance is used again for every event. Not thread-safe.</summary>
/// <param name="pool">Where texts come from.</param>
internal sealed class YeastarMembers(Utf8Pool pool)
{
    private static readonly FieldNames Names = new();

    private static readonly Field
        Number = Names.Add("number"), From = Names.Add("from"), To = Names.Add("to"), ChannelId = Names.Add("channel_id"),
        MemberStatus = Names.Add("member_status"), CallPath = Names.Add("call_path");

    private readonly JsonFields _fields = new(Names, pool);
    private readonly List<YeastarMember> _members = new(4);

    /// <summary>Reads the array; what is no member is passed over. The list lives until the next call.</summary>
    /// <param name="json">The array's JSON; empty or anything else gives no members.</param>
    public IReadOnlyList<YeastarMember> Read(ReadOnlyMemory<byte> json)
    {
        _members.Clear();
        var reader = new Utf8JsonReader(json.Span);
        if (json.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return _members;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                ReadMember(json, ref reader);
        }
        return _members;
    }

    private void ReadMember(ReadOnlyMemory<byte> json, ref Utf8JsonReader reader)
    {
        YeastarMemberKind? kind = reader.ValueTextEquals("extension"u8) ? YeastarMemberKind.Extension
            : reader.ValueTextEquals("inbound"u8) ? YeastarMemberKind.Inbound
            : reader.ValueTextEquals("outbound"u8) ? YeastarMemberKind.Outbound
            : null;
        reader.Read();
        if (kind is null || reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        _fields.Read(json, ref reader);
        var caller = _fields.Text(From);
        var (number, from, to) = (_fields.Text(Number), SipAddress.NumberOf(caller), SipAddress.NumberOf(_fields.Text(To)));
        _members.Add(new YeastarMember(
            kind.Value,
            _fields.Text(ChannelId) ?? $"{kind}/{number ?? $"{from}/{to}"}",
            _fields.Text(MemberStatus)?.ToUpperInvariant())
        {
            Number = number,
            From = from,

            // Section 5.2: a caller without a number can be the text Unknown.
            IsFromHidden = SipAddress.IsHidden(caller),
            To = to,
            Path = _fields.Text(CallPath),
        });
    }
}
