using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Tests.Unit.Kit;

/// <summary>Addresses by RFC 3261 section 25.1 and RFC 3966, and what is sent in their place.</summary>
public sealed class SipAddressTests
{
    [Theory]

    // Bare numbers, and an addr-spec in each of its forms.
    [InlineData("102", "102")]
    [InlineData("+4511111111", "+4511111111")]
    [InlineData(" 102 ", "102")]
    [InlineData("102@example.io", "102")]
    [InlineData("102;tag=1", "102")]
    [InlineData("Ann; Bob", "Ann; Bob")]
    [InlineData("100%25", "100%25")]
    [InlineData("urn:service:sos", "urn:service:sos")]
    [InlineData("sip:102@example.io", "102")]
    [InlineData("SIP:102@EXAMPLE.IO", "102")]
    [InlineData("sips:102@example.io:5061", "102")]
    [InlineData("sip:102@example.io:5060;transport=udp;lr?subject=a%40b", "102")]
    [InlineData("sip:ann.lee@example.io", "ann.lee")]
    [InlineData("sip:vmail_102@example.io", "vmail_102")]
    [InlineData("sip:*97@example.io", "*97")]

    // The user part.
    [InlineData("sip:102:s3cret@example.io", "102")]
    [InlineData("sip:102:s3;cr?et@example.io", "102")]
    [InlineData("sip:102:p@ss@example.io", "102")]
    [InlineData("102:s3cret@example.io", "102")]
    [InlineData("sip::s3cret@example.io", null)]
    [InlineData("sip:%2B12025550100@example.io", "+12025550100")]
    [InlineData("sip:%31%30%32:pw@example.io", "102")]
    [InlineData("sip:%23%34@example.io", "#4")]
    [InlineData("sip:a%40b@example.io", "a@b")]
    [InlineData("sip:j%C3%B6rg@example.io", "jörg")]
    [InlineData("sip:50%@example.io", "50%")]
    [InlineData("sip:5%ZZ@example.io", "5%ZZ")]
    [InlineData("sip:+4511111111;phone-context=example.io@gw.example.io", "+4511111111")]
    [InlineData("sip:%2B45;isub=1@gw.example.io", "+45")]
    [InlineData("sip:alice;day=tuesday@atlanta.com", "alice;day=tuesday")]
    [InlineData("sip:+1-202-555.0100@gw.example.io;user=phone", "+12025550100")]
    [InlineData("sip:ann-lee@example.io", "ann-lee")]

    // Hosts, with and without a user before them.
    [InlineData("sip:102@[2001:db8::1]", "102")]
    [InlineData("sip:102@[2001:db8::1]:5060;transport=tcp", "102")]
    [InlineData("sip:102:pw@[2001:db8::1]:5060", "102")]
    [InlineData("sip:[2001:db8::1]:5060", null)]
    [InlineData("sip:192.0.2.1:5060", null)]
    [InlineData("sip:example.io;transport=udp", null)]
    [InlineData("sip:@example.io", null)]
    [InlineData("sip:102", "102")]
    [InlineData("sip:%2B45111:5060;x=y", "+45111")]
    [InlineData("sip:", null)]

    // tel.
    [InlineData("tel:+1-202-555-0100;phone-context=x", "+12025550100")]
    [InlineData("tel:(202)555.0100", "2025550100")]
    [InlineData("tel:911", "911")]
    [InlineData("<tel:+45111>", "+45111")]

    // name-addr.
    [InlineData("<sip:102@x.io>", "102")]
    [InlineData("Ann Lee <sip:102@x.io>", "102")]
    [InlineData("\"Ann\" <sip:102@example.io;user=phone>;tag=1", "102")]
    [InlineData("\"Sales <EU>\" <sip:102@x.io>", "102")]
    [InlineData("\"<sip:666@evil.io>\" <sip:102@x.io>", "102")]
    [InlineData("\"Say \\\"<sip:666@e>\\\"\" <sip:102@x.io>", "102")]
    [InlineData("\"Ends with \\\\\" <sip:102@x.io>", "102")]
    [InlineData("\"a@b:c;d\"<sip:102:pw@x.io>", "102")]
    [InlineData("Sales <EU> <sip:102@x.io>", "102")]
    [InlineData("Queue x<6400>", "6400")]
    [InlineData("\"Ann <sip:102@x.io>", "102")]
    [InlineData("Ann <sip:102@x.io", "102")]
    [InlineData("\"Ann\"", null)]
    [InlineData("Ann <>", null)]
    [InlineData("<sip:102@x.io>;a=\"<y>\"", "102")]

    // Hidden.
    [InlineData("sip:anonymous@anonymous.invalid", null)]
    [InlineData("\"Anonymous\" <sip:Anonymous@pbx.example>;tag=1", null)]
    [InlineData("anonymous", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("  ", null)]
    public void The_number(string? text, string? number) => Assert.Equal(number, SipAddress.NumberOf(text));

    [Theory]
    [InlineData("\"Sales <EU>\" <sip:102@x.io>", "Sales <EU>")]
    [InlineData("\"Say \\\"hi\\\" \\\\\" <sip:102@x.io>", "Say \"hi\" \\")]
    [InlineData("Ann Lee <sip:102@x.io>", "Ann Lee")]
    [InlineData("Sales <EU> <sip:102@x.io>", "Sales <EU>")]
    [InlineData("Ann Caller<2025550100>", "Ann Caller")]
    [InlineData("\"Ann <sip:102@x.io>", "Ann")]
    [InlineData("\"\" <sip:102@x.io>", null)]
    [InlineData("\"Anonymous\" <sip:anonymous@anonymous.invalid>", null)]
    [InlineData("sip:102@x.io", null)]
    [InlineData("102", null)]
    public void The_name(string text, string? name) => Assert.Equal(name, SipAddress.Read(text).Name);

    [Theory]
    [InlineData("sip:102:s3cret@x.io:5060;lr", "sip:102@x.io:5060;lr")]
    [InlineData("102:s3cret@x.io", "102@x.io")]
    [InlineData("\"a:b@c\" <sip:102:s3c@ret@[::1]:5060>;tag=1", "\"a:b@c\" <sip:102@[::1]:5060>;tag=1")]
    [InlineData("sip:102@x.io:5060", "sip:102@x.io:5060")]
    [InlineData("sip:[::1]:5060", "sip:[::1]:5060")]
    [InlineData("102", "102")]
    [InlineData("", "")]
    public void A_password_never_leaves_it(string text, string shown) => Assert.Equal(shown, SipAddress.WithoutPassword(text));

    [Fact]
    public void A_bare_number_costs_nothing()
    {
        var text = new string("2025550100");
        Assert.Same(text, SipAddress.NumberOf(text));
    }
}
