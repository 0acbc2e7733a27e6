#include "explain_page.h"

#include "html.h"

namespace hekla::report {

namespace {

std::string picture(const CaptionedPicture& p) {
    return "<figure><img src=\"" + data_uri(p.image) + "\" alt=\"" + escaped(p.caption) + "\"><figcaption>" + escaped(p.caption) + "<small>" +
           escaped(p.what) + "</small></figcaption></figure>\n";
}

std::string section(const std::string& title, const std::vector<CaptionedPicture>& pictures) {
    if (pictures.empty()) return {};
    std::string html = "<section><h2>" + escaped(title) + "</h2><div class=\"seen\">\n";
    for (const CaptionedPicture& p : pictures) html += picture(p);
    return html + "</div></section>\n";
}

}  // namespace

std::string explain_sections(const ExplainInput& input) {
    std::string html = section("First layer", input.filters);
    for (const ExplainedImage& image : input.images) html += section(image.title, image.pictures);
    return html;
}

std::string explain_page(const ExplainInput& input) {
    return page_of(input.title, explain_sections(input) + facts_html(input.facts));
}

}  // namespace hekla::report
