// The report's page: well-formed, self-contained, and nothing in a name becomes markup.

#include <gtest/gtest.h>
#include <hekla/error.h>

#include <cctype>
#include <limits>
#include <set>

#include "report/chart.h"
#include "report/html.h"
#include "report/report.h"

namespace hekla::report {
namespace {

constexpr const char* hostile = "<script>alert(\"x\")</script>&'";

ReportInput sample(std::size_t classes, std::uint32_t epochs) {
    ReportInput input;
    input.title = std::string("net ") + hostile;
    input.facts = {{"Device", "GPU"}, {hostile, hostile}};
    input.layers = {{hostile, "dense", Shape{10}, 7850, 7840, 40}};
    for (std::uint32_t e = 1; e <= epochs; ++e) {
        EpochResult epoch;
        epoch.epoch = e;
        epoch.loss = 1.0 / e;
        epoch.accuracy = 1 - 0.5 / e;
        epoch.validation_loss = 1.1 / e;
        epoch.validation_accuracy = 1 - 0.6 / e;
        input.history.epochs.push_back(epoch);
    }
    for (int i = 0; i < 2000; ++i) input.step_losses.push_back(2.0f / static_cast<float>(1 + i));
    input.evaluation.accuracy = 0.8934;
    input.evaluation.count = 10000;
    input.evaluation.correct = 8934;
    for (std::size_t c = 0; c < classes; ++c) input.classes.push_back("class " + std::to_string(c));
    input.classes.at(0) = hostile;
    input.confusion.assign(classes * classes, 1);
    const io::Image image{2, 2, 1, {0, 80, 160, 240}};
    input.images = {{image, hostile, "class 1", 0.7, false}, {image, "class 1", "class 1", 0.9, true}};
    input.worst = {{image, hostile, hostile, 0.95, false}};
    input.times = {{hostile, 0.75, 1.5}, {"dense_1", 0.25, 0.5}};
    input.command = std::string("hekla train --network ") + hostile;
    return input;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

/// A reader of markup as strict as XML's: every element is closed in order, every attribute quoted.
class Markup {
  public:
    explicit Markup(const std::string& text) : text_(text) {
        while (problem.empty() && at_ < text_.size()) text_[at_] == '<' ? tag() : character();
        if (problem.empty() && !open_.empty()) problem = "never closed: " + open_.back();
    }
    std::string problem;
    std::set<std::string> elements;

  private:
    void character() {
        if (text_[at_] == '>') problem = "a bare > at " + near();
        if (text_[at_] == '&' && text_.find(';', at_) > at_ + 8) problem = "a bare & at " + near();
        ++at_;
    }
    std::string near() const { return text_.substr(at_, 60); }

    void tag() {
        const std::size_t end = tag_end();
        if (end == std::string::npos) {
            problem = "an open tag at " + near();
            return;
        }
        const std::string inside = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        if (inside.starts_with("!DOCTYPE")) return;
        const bool closing = inside.starts_with("/");
        std::string name;
        for (std::size_t i = closing ? 1 : 0; i < inside.size() && std::isalnum(inside[i]); ++i) {
            name += inside[i];
        }
        closing ? close(name) : open(name, inside.ends_with("/"));
    }

    /// The '>' that ends the tag, outside quotes.
    std::size_t tag_end() {
        bool quoted = false;
        for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
            if (text_[i] == '"') quoted = !quoted;
            if (!quoted && text_[i] == '>') return i;
            if (text_[i] == '<') return std::string::npos;
        }
        return std::string::npos;
    }

    void open(const std::string& name, bool empty) {
        static const std::set<std::string> never_closed = {"meta", "img", "br", "link"};
        elements.insert(name);
        if (empty || never_closed.contains(name)) return;
        open_.push_back(name);
        if (name == "style") at_ = text_.find("</style>", at_);  // its text is no markup
    }

    void close(const std::string& name) {
        if (open_.empty() || open_.back() != name) {
            problem = "</" + name + "> closes " + (open_.empty() ? "nothing" : open_.back());
            return;
        }
        open_.pop_back();
    }

    std::string text_;
    std::size_t at_ = 0;
    std::vector<std::string> open_;
};

TEST(Report, IsWellFormedAndSelfContained) {
    for (const std::size_t classes : {1u, 10u, 100u}) {
        for (const std::uint32_t epochs : {0u, 1u, 12u}) {
            const std::string html = page(sample(classes, epochs));
            const Markup markup(html);
            EXPECT_EQ(markup.problem, "") << classes << " classes, " << epochs << " epochs";
            for (const char* element : {"script", "link", "iframe", "object", "a"}) {
                EXPECT_FALSE(markup.elements.contains(element)) << element;
            }
            for (const char* part : {"http:", "https:", "url(", "@import", "nan", "inf\""}) {
                EXPECT_EQ(count(html, part), 0u) << part;
            }
            EXPECT_EQ(count(html, " src=\""), count(html, " src=\"data:image/png;base64,"));
        }
    }
}

TEST(Report, HostileNamesStayText) {
    const std::string html = page(sample(10, 3));
    EXPECT_EQ(count(html, "<script"), 0u);
    EXPECT_GT(count(html, "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;"), 5u);
}

TEST(Report, SaysRightAndWrongInWords) {
    const std::string html = page(sample(10, 3));
    EXPECT_EQ(count(html, "class 1 &rarr; class 1"), 2u);  // alt and caption
    EXPECT_EQ(count(html, "<small>wrong, 70.00&nbsp;%"), 1u);
    EXPECT_EQ(count(html, "<small>right, 90.00&nbsp;%"), 1u);
    EXPECT_EQ(count(html, "89.34&nbsp;%"), 1u);
}

TEST(Report, HasMistakesTimesAndTheCommand) {
    const std::string html = page(sample(10, 3));
    EXPECT_EQ(count(html, "Worst mistakes"), 1u);
    EXPECT_EQ(count(html, "<small>wrong, 95.00&nbsp;%"), 1u);
    EXPECT_EQ(count(html, "<td class=\"n\">0.750</td><td class=\"n\">1.500</td><td class=\"n\">75.00&nbsp;%"), 1u);
    EXPECT_EQ(count(html, "hekla train --network &lt;script&gt;"), 1u);
    EXPECT_EQ(count(html, "default-src 'none'"), 1u);
    ReportInput bare = sample(10, 3);
    bare.worst.clear();
    bare.times.clear();
    bare.command.clear();
    bare.images.clear();
    const std::string without = page(bare);
    EXPECT_EQ(Markup(without).problem, "");
    for (const char* part : {"Worst mistakes", "Time per layer", "The same again", "<img"}) EXPECT_EQ(count(without, part), 0u) << part;
}

TEST(Report, NonFiniteLossesAreLeftOut) {
    ReportInput input = sample(10, 3);
    input.history.epochs[1].loss = std::numeric_limits<double>::quiet_NaN();
    input.step_losses.assign(5, std::numeric_limits<float>::infinity());
    const std::string html = page(input);
    EXPECT_EQ(Markup(html).problem, "");
    EXPECT_EQ(count(html, "Loss per step"), 0u);
    EXPECT_EQ(count(html, "n/a"), 0u);
}

TEST(Report, ConfusionOfAnotherSizeIsAnError) {
    ReportInput input = sample(10, 1);
    input.confusion.pop_back();
    EXPECT_THROW(page(input), Error);
}

TEST(Report, EscapedReplacesWhatIsNoText) {
    EXPECT_EQ(escaped("a\"b<c>&'"), "a&quot;b&lt;c&gt;&amp;&#39;");
    EXPECT_EQ(escaped("Gr\xc3\xbc\xc3\x9f"
                      "e \xe2\x82\xac \xf0\x9f\x8c\x8b"),
              "Gr\xc3\xbc\xc3\x9f"
              "e \xe2\x82\xac \xf0\x9f\x8c\x8b");
    for (const char* bad : {"\xff", "\xc0", "\xc3", "\xed\xa0\x80", "\x01"}) {
        EXPECT_TRUE(escaped(bad).starts_with("\xef\xbf\xbd")) << bad;
    }
}

TEST(Report, Base64) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foo"), "Zm9v");
    EXPECT_EQ(base64("foob"), "Zm9vYg==");
    EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(Report, DownsampledKeepsTheMean) {
    std::vector<std::pair<double, double>> points;
    for (int i = 0; i < 1003; ++i) points.emplace_back(i, 3.0);
    const auto few = downsampled(points, 500);
    ASSERT_EQ(few.size(), 500u);
    for (const auto& point : few) EXPECT_DOUBLE_EQ(point.second, 3.0);
    EXPECT_EQ(downsampled(points, 2000).size(), 1003u);
}

TEST(Report, TicksAreRoundAndCover) {
    EXPECT_EQ(round_ticks(0, 5, 5), (std::vector<double>{0, 1, 2, 3, 4, 5}));
    for (const auto& [low, high] : {std::pair{0.013, 0.0371}, {-3.0, 17.0}, {1e-9, 2e-9}}) {
        const auto ticks = round_ticks(low, high, 5);
        EXPECT_LE(ticks.front(), low);
        EXPECT_GE(ticks.back(), high * (1 - 1e-12));
        EXPECT_LE(ticks.size(), 9u);
    }
    EXPECT_EQ(round_ticks(2, 2, 5).size(), 1u);
}

}  // namespace
}  // namespace hekla::report
